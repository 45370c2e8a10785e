"""TG-DFER that hears clips: its start, clips without sound, bad configs."""

import pytest
import torch

from tgdfer_mm.models.heard import Heard
from tgdfer_mm.models.necks import SoundFusionNeck

WIDTH = 5
HEARS = dict(type='SoundFusionNeck', sound_channels=WIDTH, hidden=8)
INNER = dict(type='VisualPromptNeck', in_channels=32)
EVERY = [True] * 16


@pytest.fixture
def build(build_recognizer, clip_file):
    """A recognizer that hears, or a plain one, whose common weights are the same."""
    path, _ = clip_file

    def make(plain=False):
        torch.manual_seed(0)
        own = dict(pretrained=path, quick_gelu=True)
        parts = dict(text=own, visual=own)
        if not plain:
            parts |= dict(type='SoundRecognizer', neck=HEARS | dict(neck=INNER))
        model = build_recognizer(**parts)
        model.init_weights()
        return model.eval()

    return make


def hear(batch, known):
    """Gives clips random sound, with these masks; None is no sound at all."""
    torch.manual_seed(1)
    for sample, mask in zip(batch['data_samples'], known, strict=True):
        if mask is not None:
            sample.set_field(torch.randn(16, WIDTH), 'heard')
            sample.set_field(torch.tensor(mask), 'heard_mask')
    return batch


def given(batch):
    inputs = torch.stack(batch['inputs']).float()
    return inputs, [sample.clone() for sample in batch['data_samples']]


def scores(model, batch):
    with torch.no_grad():
        samples = model.predict(*given(batch))
    return torch.stack([sample.pred_score for sample in samples])


def test_a_shut_gate_is_the_model_without_sound_to_the_bit(build, make_batch):
    batch = make_batch([16, 16, 5])
    model, plain = build(), build(plain=True)
    shared = {
        name.replace('neck.neck.', 'neck.'): value
        for name, value in model.state_dict().items()
        if '.encoder.' not in name and name != 'neck.gate'
    }
    plain.load_state_dict(shared)
    without, before = scores(plain, batch), plain.loss(*given(batch))
    assert torch.equal(scores(model, batch), without)
    hear(batch, [EVERY] * 3)
    assert torch.equal(scores(model, batch), without)
    losses = model.loss(*given(batch))
    assert set(losses) - set(before) == {'gate_sound'}
    assert all(torch.equal(losses[name], value) for name, value in before.items())


def test_the_gate_learns_although_it_starts_at_zero(build, make_batch):
    model = build().train()
    losses = model.loss(*given(hear(make_batch([16] * 3), [EVERY] * 3)))
    sum(value for name, value in losses.items() if 'loss' in name).backward()
    assert model.neck.gate.grad.abs() > 0
    # Every weight has a gradient, so that several processes can train together.
    silent = build().train()
    losses = silent.loss(*given(hear(make_batch([16]), [[False] * 16])))
    sum(value for name, value in losses.items() if 'loss' in name).backward()
    assert all(p.grad is not None for p in silent.neck.encoder.parameters())


def test_only_clips_with_sound_change(build, make_batch):
    batch, model = make_batch([16, 16, 5, 16]), build()
    torch.nn.init.constant_(model.neck.gate, 0.5)
    silent = scores(model, batch)
    found = scores(model, hear(batch, [EVERY, None, EVERY, [False] * 16]))
    assert (found != silent).any(1).tolist() == [True, False, True, False]


def test_padding_and_what_is_not_known_changes_nothing():
    torch.manual_seed(0)
    neck = SoundFusionNeck(8, WIDTH, hidden=4)
    torch.nn.init.constant_(neck.gate, 0.7)
    x, mask = torch.randn(1, 4, 8), torch.arange(4)[None] < 3
    values, known = torch.randn(1, 4, WIDTH), torch.tensor([[1, 0, 1, 1]]) > 0
    out = neck.fuse(x, mask, Heard(values, known))
    changed = (out != x).any(-1)[0]
    assert changed.tolist() == [True, False, True, False]
    unknown = values.masked_fill(~(known & mask)[..., None], float('nan'))
    unknown[0, 3] = 99.0
    assert torch.equal(neck.fuse(x, mask, Heard(unknown, known)), out)
    distance = (out - x).norm(dim=-1)[0, [0, 2]]
    assert torch.allclose(distance, torch.full((2,), 0.7))


def test_what_does_not_fit_is_refused(build, make_batch):
    neck, x, mask = SoundFusionNeck(8, WIDTH), torch.ones(1, 4, 8), torch.ones(1, 4) > 0
    for shape, message in [((1, 4, 6), '6 numbers'), ((1, 6, WIDTH), '6 frames')]:
        heard = Heard(torch.ones(shape), torch.ones(shape[:2]) > 0)
        with pytest.raises(ValueError, match=message):
            neck.fuse(x, mask, heard)
    batch = hear(make_batch([16, 16]), [EVERY, EVERY])
    other = batch['data_samples'][0]
    other.set_field(torch.ones(16, 3), 'heard')
    with pytest.raises(ValueError, match='of one batch have sound of the shapes'):
        scores(build(), batch)
