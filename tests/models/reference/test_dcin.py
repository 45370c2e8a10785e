"""``dcin``: dilated contexts, mixed for each instance by their relations."""

import math

import loops
import pytest
import residual


@pytest.mark.parametrize('max_instances', [4, 16])
@pytest.mark.parametrize('dilations', [(1, 2, 4, 8), (3,)])
def test_contexts_are_mixed_by_their_relations(dilations, max_instances):
    residual.check('dcin', branches, max_instances, dilations=dilations, ratio=0.5)


def branches(network, bag):
    lowered = [
        loops.linear(network.down, loops.layer_norm(network.norm, x)) for x in bag
    ]
    for i in range(len(bag)):
        contexts = [context(conv, lowered, i) for conv in network.convs]
        rows = [
            loops.thirds(loops.linear(network.query_key_value, c)) for c in contexts
        ]
        root = math.sqrt(len(contexts[0]))
        relations = [[loops.dot(q, k) / root for _, k, _ in rows] for q, _, _ in rows]
        values = [value for _, _, value in rows]
        refined = [
            loops.add(c, loops.weighted(loops.softmax(row), values))
            for c, row in zip(contexts, relations, strict=True)
        ]
        flat = [number for row in relations for number in row]
        shares = loops.softmax(loops.linear(network.shares, flat))
        yield loops.linear(network.out, loops.weighted(shares, refined))


def context(conv, bag, place):
    """Each channel by itself; outside of the bag there are zeros."""
    found = conv.bias.tolist()
    for channel, ((taps,),) in enumerate(zip(conv.weight.tolist(), strict=True)):
        for tap in range(3):
            at = place + (tap - 1) * conv.dilation[0]
            if 0 <= at < len(bag):
                found[channel] += taps[tap] * bag[at][channel]
    return [loops.gelu(number) for number in found]
