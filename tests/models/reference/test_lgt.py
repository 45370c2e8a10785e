"""``lgt``: attention in windows of several sizes, and relations over the whole bag."""

import math

import loops
import pytest
import residual


@pytest.mark.parametrize('max_instances', [4, 16])
@pytest.mark.parametrize('windows', [(2, 3), (4,)])
def test_windows_and_relations(windows, max_instances):
    residual.check('lgt', branches, max_instances, heads=3, windows=windows)


def branches(network, bag):
    return [
        loops.add(short, long)
        for short, long in zip(
            windowed(network, bag), related(network, bag), strict=True
        )
    ]


def windowed(network, bag):
    """Attention to the places of the own window, mixed over the sizes."""
    queries, keys, values = residual.project(network.short, bag)
    sizes = loops.softmax(network.window_logits.tolist())
    for i in range(len(bag)):
        mixed = []
        for size in network.windows:
            start = size * (i // size)
            window = slice(start, start + size)
            mixed.append(
                loops.multi_head(
                    queries[i], keys[window], values[window], network.short.heads
                )
            )
        yield loops.linear(network.short.out, loops.weighted(sizes, mixed))


def related(network, bag):
    """Half of the values by similarity, half by distance in time."""
    branch = network.long
    normed = [loops.layer_norm(branch.norm, x) for x in bag]
    values = [loops.linear(branch.value, x) for x in normed]
    rate = math.exp(branch.log_decay.item())
    for i in range(len(bag)):
        alike = loops.softmax([10 * loops.cosine(normed[i], x) for x in normed])
        near = loops.softmax([-rate * abs(i - j) for j in range(len(bag))])
        mixed = loops.weighted(alike, [loops.part(v, 0, 2) for v in values])
        mixed += loops.weighted(near, [loops.part(v, 1, 2) for v in values])
        yield loops.linear(branch.out, [loops.quick_gelu(value) for value in mixed])
