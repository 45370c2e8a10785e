"""``mtn``: dilated convolutions, and a non-local block next to them."""

import loops
import pytest
import residual


@pytest.mark.parametrize('max_instances', [4, 16])
@pytest.mark.parametrize('dilations', [(1, 2, 4), (3,)])
def test_convolutions_and_non_local_block(dilations, max_instances):
    residual.check('mtn', branches, max_instances, dilations=dilations)


def branches(network, bag):
    normed = [loops.layer_norm(network.norm, x) for x in bag]
    rows = [loops.thirds(loops.linear(network.query_key_value, x)) for x in normed]
    queries, keys, values = zip(*rows, strict=True)
    for i in range(len(bag)):
        found = []
        for conv in network.convs:
            found += convolved(conv, normed, i)
        found += loops.attention(queries[i], keys, values)
        yield loops.linear(network.out[1], [loops.gelu(value) for value in found])


def convolved(conv, bag, place):
    """A convolution of width 3 at one place; outside of the bag there are zeros."""
    found = conv.bias.tolist()
    for channel, kernel in enumerate(conv.weight.tolist()):
        for tap in range(3):
            at = place + (tap - 1) * conv.dilation[0]
            if 0 <= at < len(bag):
                found[channel] += loops.dot([row[tap] for row in kernel], bag[at])
    return found
