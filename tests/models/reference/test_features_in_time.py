"""From a backbone's output to one feature for each position in time."""

import itertools

import loops
import pytest

from tgdfer_mm.models.backbones.features_in_time import to_positions


@pytest.mark.parametrize('layout', [None, 'NTHWC', 'NCTHW'])
def test_maps_of_clips_are_averaged_over_their_places(layout):
    """Of each video two clips lie one after the other."""
    order = layout or 'NCTHW'
    sizes = dict(N=4, C=3, T=2, H=2, W=5)
    x = loops.normal(*[sizes[axis] for axis in order])
    values = x.permute([order.index(axis) for axis in 'NTCHW']).tolist()
    times = [at for clip in values for at in clip]
    positions = [
        [sum(itertools.chain(*channel)) / 10 for channel in at] for at in times
    ]
    expected = [positions[:4], positions[4:]]
    loops.close(to_positions(x, videos=2, layout=layout), expected)


def test_finer_pathways_are_averaged_to_the_coarsest():
    slow, fast = loops.normal(2, 3, 2, 1, 1), loops.normal(2, 4, 6, 1, 1, seed=1)
    expected = [
        [
            [slow[n, c, p, 0, 0].item() for c in range(3)]
            + [
                sum(fast[n, c, t, 0, 0].item() for t in range(3 * p, 3 * p + 3)) / 3
                for c in range(4)
            ]
            for p in range(2)
        ]
        for n in range(2)
    ]
    loops.close(to_positions([slow, [fast]], videos=2), expected)
