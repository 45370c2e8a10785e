"""Dynamic normalisation: statistics of a channel blended with those of the bag."""

import math

import loops
from loops import softmax

from tgdfer_mm.models.layers.dynamic_instance_norm import DynamicInstanceNorm


def normed(norm, bag):
    count, width = len(bag), len(bag[0])
    channels = [[x[c] for x in bag] for c in range(width)]
    means = [sum(values) / count for values in channels]
    variances = [
        sum((v - m) ** 2 for v in values) / (count - 1)
        for values, m in zip(channels, means, strict=True)
    ]
    pairs = zip(variances, means, strict=True)
    centre = sum(means) / width
    spread = sum(v + m**2 for v, m in pairs) / width - centre**2
    own_mean, bag_mean = softmax(norm.mean_weight.tolist())
    own_var, bag_var = softmax(norm.var_weight.tolist())
    weight, bias = norm.weight.tolist(), norm.bias.tolist()
    rows = []
    for x in bag:
        row = []
        for c in range(width):
            mean = own_mean * means[c] + bag_mean * centre
            variance = own_var * variances[c] + bag_var * spread
            row.append((x[c] - mean) / math.sqrt(variance + 0.01) * weight[c] + bias[c])
        rows.append(row)
    return rows


def test_both_kinds_of_statistics():
    norm = loops.stir(DynamicInstanceNorm(6, eps=0.01))
    x = 2 * loops.normal(3, 4, 6) + 1
    loops.close(norm(x), [normed(norm, bag) for bag in x.tolist()])
