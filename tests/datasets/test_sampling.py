"""One frame per segment, and what happens to clips that are too short."""

import numpy as np
import pytest

from tgdfer_mm.datasets.transforms import SampleSegments
from tgdfer_mm.registry import TRANSFORMS


def sample(total, size=16, test_mode=False, short_clip='pad'):
    transform = SampleSegments(size, test_mode, short_clip)
    results = transform(dict(total_frames=total))
    assert (results['clip_len'], results['num_clips']) == (size, 1)
    assert results['frame_inds'].shape == (size,)
    assert results['frame_inds'].dtype == np.int64
    return results['frame_inds'], results['num_valid']


def segments(total, size=16):
    """Segment of every frame, by the definition: frame f lies in [i, i + 1) n / T."""
    return [
        [f for f in range(total) if i * total // size <= f < (i + 1) * total // size]
        for i in range(size)
    ]


@pytest.mark.parametrize('total', [16, 17, 31, 32, 70, 847])
def test_one_frame_of_each_segment(total):
    parts = segments(total)
    assert sorted(sum(parts, [])) == list(range(total))
    middle, valid = sample(total, test_mode=True)
    assert valid == 16
    for inds in (middle, *(sample(total)[0] for _ in range(20))):
        assert all(i in part for i, part in zip(inds, parts, strict=True))
    assert middle.tolist() == [part[len(part) // 2] for part in parts]


def test_training_reaches_every_frame_and_testing_is_fixed():
    seen = {i for _ in range(400) for i in sample(40)[0].tolist()}
    assert seen == set(range(40))
    np.random.seed(1)
    first = sample(40, test_mode=True)[0]
    np.random.seed(2)
    assert np.array_equal(first, sample(40, test_mode=True)[0])


def test_draws_follow_numpy_s_seed():
    np.random.seed(3)
    first = sample(300)[0]
    again = sample(300)[0]
    np.random.seed(3)
    assert np.array_equal(first, sample(300)[0])
    assert not np.array_equal(first, again)


@pytest.mark.parametrize('test_mode', [False, True])
@pytest.mark.parametrize('total', [1, 8, 15])
def test_short_clips_repeat_their_last_frame(total, test_mode):
    inds, valid = sample(total, test_mode=test_mode)
    assert valid == total
    assert inds[:valid].tolist() == list(range(total))
    assert (inds[valid:] == total - 1).all()


@pytest.mark.parametrize(
    'policy, frames, valid',
    [
        ('pad', [0, 1, 2, 2, 2, 2, 2, 2], 3),
        ('repeat_last', [0, 1, 2, 2, 2, 2, 2, 2], 8),
        ('loop', [0, 1, 2, 0, 1, 2, 0, 1], 8),
        ('stretch', [0, 0, 0, 1, 1, 1, 2, 2], 8),
    ],
)
def test_policies_for_short_clips(policy, frames, valid):
    assert (sample(3, 8, short_clip=policy)[0] == frames).all()
    assert sample(3, 8, short_clip=policy)[1] == valid
    # A clip that is long enough is none of their business.
    long = sample(8, 8, short_clip=policy)
    assert long[0].tolist() == list(range(8)) and long[1] == 8


def test_exclusion_is_the_data_set_s_and_never_silent():
    transform = SampleSegments(8, short_clip='exclude')
    assert transform.min_frames == 8 and SampleSegments(8).min_frames == 1
    with pytest.raises(ValueError, match="'exclude' met a clip of 3 frames"):
        transform(dict(total_frames=3))


def test_an_unknown_policy():
    with pytest.raises(ValueError, match="short_clip must be in .*'pad'.*not 'drop'"):
        SampleSegments(8, short_clip='drop')


def test_no_frames_to_sample_is_refused():
    with pytest.raises(ValueError, match='num_frames must be at least 1, not 0'):
        SampleSegments(0)


def test_the_defaults():
    shown = "SampleSegments(num_frames=16, test_mode=False, short_clip='pad')"
    assert repr(SampleSegments()) == shown
    assert repr(TRANSFORMS.build(dict(type='SampleSegments'))) == shown
    assert len(SampleSegments(1)(dict(total_frames=5))['frame_inds']) == 1
