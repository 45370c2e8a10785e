"""PerturbTime: what happens to the valid positions, and to no other."""

import numpy as np
import pytest

from tgdfer_mm.datasets.transforms import SampleSegments
from tgdfer_mm.datasets.transforms.perturb_time import PERTURBATIONS, PerturbTime
from tgdfer_mm.registry import TRANSFORMS

MODES = pytest.mark.parametrize('mode', PERTURBATIONS)


def perturb(mode, inds=range(10, 18), seed=0, **results):
    results = {'clip': 'a', 'frame_inds': np.array(inds), **results}
    transform = TRANSFORMS.build(dict(type='PerturbTime', mode=mode, seed=seed))
    return transform(results)['frame_inds']


@pytest.mark.parametrize(
    ('mode', 'even', 'odd'),
    [
        ('reversed', [17, 16, 15, 14, 13, 12, 11, 10], [12, 11, 10]),
        ('frozen', [13] * 8, [11] * 3),
        ('half_rate', [10, 10, 12, 12, 14, 14, 16, 16], [10, 10, 12]),
    ],
)
def test_by_hand(mode, even, odd):
    assert perturb(mode).tolist() == even
    assert perturb(mode, [10, 11, 12]).tolist() == odd
    assert perturb(mode, [7]).tolist() == [7]


@MODES
@pytest.mark.parametrize('total', [1, 2, 5, 8, 30])
def test_padding_stays_where_and_what_it_was(mode, total):
    results = SampleSegments(8, test_mode=True)(dict(clip='a', total_frames=total))
    before, valid = results['frame_inds'].copy(), results['num_valid']
    after = PerturbTime(mode)(results)
    assert after['num_valid'] == valid
    assert after['frame_inds'].dtype == before.dtype
    np.testing.assert_array_equal(after['frame_inds'][valid:], before[valid:])
    assert set(after['frame_inds'][:valid]) <= set(before[:valid])
    if mode in ('shuffled', 'reversed'):
        assert sorted(after['frame_inds'][:valid]) == sorted(before[:valid])


@MODES
def test_the_sampled_indices_themselves_are_left_alone(mode):
    inds = np.arange(8)
    perturb(mode, inds)
    assert inds.tolist() == list(range(8))


def test_a_clip_has_one_shuffled_order_per_seed():
    orders = [perturb('shuffled', clip=f'{i}').tolist() for i in range(20)]
    again = [perturb('shuffled', clip=f'{i}').tolist() for i in range(20)]
    other = [perturb('shuffled', clip=f'{i}', seed=1).tolist() for i in range(20)]
    assert orders == again
    assert len({tuple(order) for order in orders}) == 20
    assert all(a != b for a, b in zip(orders, other, strict=True))
    np.random.seed(0)
    assert perturb('shuffled', clip='0').tolist() == orders[0]


def test_views_are_perturbed_one_by_one():
    views = dict(inds=range(8), clip_len=4, num_clips=2)
    assert perturb('reversed', **views).tolist() == [3, 2, 1, 0, 7, 6, 5, 4]
    # 2D recognizers: segments of one frame are one view; `twice_sample` makes two.
    segments = dict(clip_len=1, num_clips=4)
    assert perturb('reversed', range(4), **segments).tolist() == [3, 2, 1, 0]
    assert perturb('frozen', range(8), **segments).tolist() == [1] * 4 + [5] * 4


def test_after_mmaction2_s_own_sampling():
    results = dict(filename='a.mp4', total_frames=20, start_index=1)
    sample = dict(type='SampleFrames', clip_len=4, frame_interval=2, test_mode=True)
    results = TRANSFORMS.build(sample)(results)
    before = results['frame_inds'].tolist()
    assert PerturbTime('reversed')(results)['frame_inds'].tolist() == before[::-1]


def test_bad_input_is_named():
    with pytest.raises(ValueError, match="mode='backwards' must be in .*'reversed'"):
        PerturbTime('backwards')
    with pytest.raises(ValueError, match='none of the keys clip, frame_dir and filena'):
        perturb('shuffled', clip='')
