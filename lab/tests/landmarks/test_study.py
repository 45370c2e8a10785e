"""The study of landmarks, at its smallest."""

import torch

from lab.landmarks.study import Sizes, draw, train_and_test, with_planes

TINY = Sizes(
    train=7, test=7, frames=2, size=16, patch=8, width=16, depth=1, epochs=1, batch=7
)


def test_only_the_planes_differ_and_no_clip_keeps_its_own_when_shuffled():
    inputs, labels = draw('easy', 7, 1, 0, TINY)
    assert inputs.shape == (7, 2, 4, 16, 16) and inputs[:, :, 3].any()
    assert labels.tolist() == list(range(7))
    for kind in ('none', 'true', 'shuffled'):
        changed = with_planes(inputs, kind, 0)
        assert torch.equal(changed[:, :, :3], inputs[:, :, :3])
        kept = [
            torch.equal(a[:, 3], b[:, 3]) for a, b in zip(changed, inputs, strict=True)
        ]
        assert kept == [kind == 'true'] * 7
    assert not with_planes(inputs, 'none', 0)[:, :, 3].any()


def test_a_tower_is_trained_and_tested():
    clips = draw('easy', 7, 1, 0, TINY)
    assert 0 <= train_and_test(clips, clips, 'true', 0, TINY) <= 100
