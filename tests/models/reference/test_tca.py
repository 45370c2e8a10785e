"""``tca``: one attention map, used over the whole bag and near each place."""

import loops
import pytest
import residual


@pytest.mark.parametrize('max_instances', [4, 16])
@pytest.mark.parametrize('window', [1, 2])
def test_one_map_used_twice(window, max_instances):
    residual.check('tca', branches, max_instances, heads=3, window=window)


def branches(network, bag):
    queries, keys, values = residual.project(network.attention, bag)
    full = loops.sigmoid(network.mix_logit.item())
    for i in range(len(bag)):
        near = [j for j in range(len(bag)) if abs(i - j) <= network.window]
        ways = [
            loops.multi_head(
                queries[i],
                [keys[j] for j in places],
                [values[j] for j in places],
                network.attention.heads,
            )
            for places in (range(len(bag)), near)
        ]
        mixed = loops.weighted([full, 1 - full], ways)
        yield loops.linear(network.attention.out, mixed)
