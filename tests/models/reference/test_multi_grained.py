"""``multi_grained``: depthwise dilated convolutions, and relations next to them."""

import loops
import pytest
import residual


@pytest.mark.parametrize('max_instances', [4, 16])
@pytest.mark.parametrize('dilations', [(1, 2, 4), (3,)])
def test_depthwise_convolutions_and_relations(dilations, max_instances):
    residual.check('multi_grained', branches, max_instances, dilations=dilations)


def branches(network, bag):
    normed = [loops.layer_norm(network.norm, x) for x in bag]
    lowered = [loops.linear(network.down, x) for x in normed]
    rows = [loops.thirds(loops.linear(network.query_key_value, x)) for x in normed]
    queries, keys, values = zip(*rows, strict=True)
    for i in range(len(bag)):
        found = []
        for conv in network.convs:
            found += convolved(conv, lowered, i, start=len(found))
        found += loops.attention(queries[i], keys, values)
        yield loops.linear(network.out[1], [loops.gelu(value) for value in found])


def convolved(conv, bag, place, start):
    """Each channel of a part by itself; outside of the bag there are zeros."""
    found = conv.bias.tolist()
    for channel, ((taps,),) in enumerate(zip(conv.weight.tolist(), strict=True)):
        for tap in range(3):
            at = place + (tap - 1) * conv.dilation[0]
            if 0 <= at < len(bag):
                found[channel] += taps[tap] * bag[at][start + channel]
    return found
