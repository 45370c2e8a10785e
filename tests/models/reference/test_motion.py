"""Motion and the shares of the instances by it."""

import loops

from tgdfer_mm.models.functional import motion, motion_weights

COUNTS, M, D = [6, 3, 2, 1], 6, 4


def moved(bag):
    """The distances of unit neighbours, averaged over those that there are."""
    unit = [loops.unit(x) for x in bag]
    found = []
    for i in range(len(unit)):
        there = [j for j in (i - 1, i + 1) if 0 <= j < len(unit)]
        steps = [loops.distance(unit[i], unit[j]) for j in there]
        found.append(sum(steps) / len(steps) if steps else 0.0)
    return found


def test_distances_of_neighbours_and_their_softmax():
    x, mask = loops.normal(len(COUNTS), M, D), loops.prefix(COUNTS, M)
    distances, weights = [], []
    for bag, count in zip(x.tolist(), COUNTS, strict=True):
        found, rest = moved(bag[:count]), [0.0] * (M - count)
        distances.append(found + rest)
        weights.append(loops.softmax([value / 0.3 for value in found]) + rest)
    loops.close(motion(x, mask), distances)
    loops.close(motion_weights(x, mask, temperature=0.3), weights)
