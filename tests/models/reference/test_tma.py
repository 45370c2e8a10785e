"""``tma``: attention and a network, each inside a narrow bottleneck."""

import loops
import pytest
import residual


@pytest.mark.parametrize('max_instances', [4, 16])
def test_two_bottlenecks(max_instances):
    residual.check('tma', branches, max_instances, heads=3, ratio=0.5)


def branches(network, bag):
    narrow = [loops.linear(network.qkv, loops.linear(network.down, x)) for x in bag]
    queries, keys, values = zip(*map(loops.thirds, narrow), strict=True)
    for i, x in enumerate(bag):
        attended = loops.multi_head(queries[i], keys, values, network.heads)
        added = loops.linear(network.up, loops.linear(network.mix, attended))
        normed = loops.layer_norm(network.norm, loops.add(x, added))
        refined = loops.network(network.mlp_down, loops.gelu, network.mlp_up, normed)
        yield loops.add(added, refined)
