"""Faces and tracks: matched by place and look, at most one face for each track."""

from itertools import permutations

import numpy as np
import pytest

from tgdfer_mm.video.matching import match_faces

DARK, BRIGHT = (np.full((20, 20, 3), v, np.float32) for v in (0.1, 0.8))


def box(x, side=10.0):
    return (float(x), 0.0, float(x) + side, side)


def match(before, after, looks=None, found=None, min_overlap=0.3, ages=None):
    return match_faces(
        [[b] for b in before],
        looks or [DARK] * len(before),
        ages or [0.0] * len(before),
        after,
        found or [DARK] * len(after),
        min_overlap,
    )


def iou(a, b) -> float:
    """Intersection over union of two boxes."""
    both = max(0, min(a[2], b[2]) - max(a[0], b[0]))
    both *= max(0, min(a[3], b[3]) - max(a[1], b[1]))
    areas = [(c[2] - c[0]) * (c[3] - c[1]) for c in (a, b)]
    return both / (sum(areas) - both)


@pytest.mark.parametrize('overlap, joined', [(1 / 7 + 1e-9, False), (1 / 7, True)])
def test_faces_that_look_different_are_joined_from_the_least_overlap_on(
    overlap, joined
):
    before, after = [(0.0, 0.0, 2.0, 2.0)], [(1.0, 1.0, 3.0, 3.0)]
    pairs = match(before, after, [DARK], [BRIGHT], overlap)
    assert pairs == ({0: 0} if joined else {})


@pytest.mark.parametrize('distance, joined', [(14.9, True), (15.1, False)])
def test_a_face_that_looks_the_same_is_joined_within_reach(distance, joined):
    assert match([box(0)], [box(distance)]) == ({0: 0} if joined else {})
    assert match([box(0)], [box(distance)], [DARK], [BRIGHT]) == {}


def test_boxes_without_an_area_join_nothing():
    dot = (1.0, 1.0, 1.0, 1.0)
    assert match([dot], [dot], min_overlap=0.1) == {}


def test_where_two_stand_at_one_place_the_looks_decide():
    for order in ([0, 1], [1, 0]):
        found = [[DARK, BRIGHT][i] for i in order]
        pairs = match([box(0), box(1)], [box(0.5)] * 2, [DARK, BRIGHT], found)
        assert pairs == dict(enumerate(np.argsort(order).tolist()))


def test_of_two_alike_the_one_seen_lately_is_meant():
    for ages, meant in (([0.2, 0.8], 0), ([0.8, 0.2], 1)):
        assert match([box(0), box(0)], [box(0)], ages=ages) == {meant: 0}


@pytest.mark.parametrize('seed', range(20))
def test_faces_that_look_the_same_are_joined_with_the_largest_sum_of_overlaps(seed):
    rng = np.random.default_rng(seed)
    # From far apart, where nothing is to be chosen, to all in one heap. What joins no
    # track costs an overlap of 1, so that as many as possible are joined.
    spread = (200, 40, 15, 5)[seed % 4]
    before, after = (
        [box(x) for x in rng.uniform(0, spread, count)] for count in (3, 4)
    )
    pairs = match(before, after)
    assert len(set(pairs.values())) == len(pairs)

    def total(chosen):
        near = [(t, f) for t, f in chosen if abs(before[t][0] - after[f][0]) < 15]
        return sum(1 + iou(before[t], after[f]) for t, f in near)

    best = max(total(enumerate(order)) for order in permutations(range(4), 3))
    assert total(pairs.items()) == pytest.approx(best)
