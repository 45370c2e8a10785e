"""``transformer``: one plain pre-norm layer; and ``identity``: nothing at all."""

import loops
import pytest
import residual
import torch

from tgdfer_mm.registry import TEMPORAL


@pytest.mark.parametrize('max_instances', [4, 16])
def test_attention_then_a_network(max_instances):
    residual.check('transformer', branches, max_instances, heads=3, mlp_ratio=2)


def branches(network, bag):
    queries, keys, values = residual.project(network.attention, bag)
    norm, first, _, last = network.mlp
    for i, x in enumerate(bag):
        mixed = loops.multi_head(queries[i], keys, values, network.attention.heads)
        attended = loops.linear(network.attention.out, mixed)
        normed = loops.layer_norm(norm, loops.add(x, attended))
        yield loops.add(attended, loops.network(first, loops.gelu, last, normed))


def test_identity_passes_the_instances_on():
    x = loops.normal(2, 5, 4)
    network = TEMPORAL.build(dict(type='identity', dim=4))
    assert torch.equal(network(x, loops.prefix([2, 5], 5)), x)
