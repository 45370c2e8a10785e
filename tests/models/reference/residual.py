"""The shared form of temporal networks, in loops: ``H = X + branches(X + code)``."""

import math
from collections.abc import Callable

import loops
from loops import Vector

from tgdfer_mm.registry import TEMPORAL

DIM, PLACES, COUNTS = 12, 7, [1, 3, 6, 7]


def check(name: str, branches: Callable, max_instances: int, **kwargs) -> None:
    """Compares a network with its branches in loops, on bags of several lengths.

    Args:
        name: The network's registered name.
        branches: Network and the valid vectors of a bag, with their codes -> what is
            added to each.
        max_instances: Codes that the network learns; less than 7 have to be spread.
        kwargs: Further options of the network.
    """
    config = dict(type=name, dim=DIM, max_instances=max_instances, **kwargs)
    network = loops.stir(TEMPORAL.build(config))
    x = loops.normal(len(COUNTS), PLACES, DIM)
    expected = x.tolist()
    for bag, count in zip(expected, COUNTS, strict=True):
        coded = [
            loops.add(bag[i], code)
            for i, code in enumerate(codes(network.position.code.tolist(), count))
        ]
        for i, added in enumerate(branches(network, coded)):
            bag[i] = loops.add(bag[i], added)
    loops.close(network(x, loops.prefix(COUNTS, PLACES)), expected)


def codes(learned: list[Vector], count: int) -> list[Vector]:
    """The codes of the places of a bag, spread evenly where there are too few."""
    found = []
    for i in range(count):
        step = min(1.0, (len(learned) - 1) / max(count - 1, 1))
        low = math.floor(i * step + 1e-12)
        high = min(low + 1, len(learned) - 1)
        share = i * step - low
        found.append(loops.weighted([1 - share, share], [learned[low], learned[high]]))
    return found


def project(attention, bag: list[Vector]) -> tuple[list, list, list]:
    """Queries, keys and values of normed vectors."""
    rows = [
        loops.thirds(loops.linear(attention.qkv, loops.layer_norm(attention.norm, x)))
        for x in bag
    ]
    queries, keys, values = zip(*rows, strict=True)
    return list(queries), list(keys), list(values)
