"""Arithmetic on lists of floats, for references that share nothing with the models.

A vector is a list of floats, a matrix a list of vectors. Layers of torch give their
numbers alone. References are compared with modules that :func:`stir` has filled, in
double precision, where 1e-9 is far above rounding and far below any term.
"""

import math

import torch
from torch import Tensor, nn

Vector = list[float]


def stir(module: nn.Module, std: float = 0.6, seed: int = 5) -> nn.Module:
    """Fills every parameter with random numbers, also those that start at zero.

    Returns:
        The module, in double precision and in evaluation mode.
    """
    generator = torch.Generator().manual_seed(seed)
    module.double().eval()
    with torch.no_grad():
        for parameter in module.parameters():
            parameter.normal_(std=std, generator=generator)
    return module


def normal(*shape: int, seed: int = 9) -> Tensor:
    """Standard normal numbers in double precision, the same on every call."""
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(*shape, dtype=torch.float64, generator=generator)


def prefix(counts: list[int], size: int) -> Tensor:
    """A mask whose rows begin with so many valid places, (len(counts), size)."""
    return torch.arange(size) < torch.tensor(counts)[:, None]


def close(found: Tensor, expected: list | float) -> None:
    """Asserts that a result has the shape and the numbers of a reference."""
    expected = torch.tensor(expected, dtype=torch.float64)
    torch.testing.assert_close(found.detach(), expected, rtol=1e-9, atol=1e-9)


def dot(a: Vector, b: Vector) -> float:
    return sum(x * y for x, y in zip(a, b, strict=True))


def add(*vectors: Vector) -> Vector:
    return [sum(numbers) for numbers in zip(*vectors, strict=True)]


def scale(factor: float, vector: Vector) -> Vector:
    return [factor * x for x in vector]


def weighted(weights: Vector, vectors: list[Vector]) -> Vector:
    """The sum of vectors, each times its weight."""
    pairs = zip(weights, vectors, strict=True)
    return add(*[scale(weight, vector) for weight, vector in pairs])


def mean(vectors: list[Vector]) -> Vector:
    return scale(1 / len(vectors), add(*vectors))


def unit(vector: Vector) -> Vector:
    return scale(1 / math.sqrt(dot(vector, vector)), vector)


def cosine(a: Vector, b: Vector) -> float:
    return dot(a, b) / math.sqrt(dot(a, a) * dot(b, b))


def distance(a: Vector, b: Vector) -> float:
    return math.sqrt(sum((x - y) ** 2 for x, y in zip(a, b, strict=True)))


def softmax(logits: Vector) -> Vector:
    powers = [math.exp(x - max(logits)) for x in logits]
    return [power / sum(powers) for power in powers]


def sigmoid(x: float) -> float:
    return 1 / (1 + math.exp(-x))


def gelu(x: float) -> float:
    return x * (1 + math.erf(x / math.sqrt(2))) / 2


def gelu_tanh(x: float) -> float:
    return x * (1 + math.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3))) / 2


def quick_gelu(x: float) -> float:
    return x * sigmoid(1.702 * x)


def linear(layer: nn.Linear, x: Vector) -> Vector:
    weight = layer.weight.tolist()
    bias = [0.0] * len(weight) if layer.bias is None else layer.bias.tolist()
    return [dot(row, x) + b for row, b in zip(weight, bias, strict=True)]


def layer_norm(layer: nn.LayerNorm, x: Vector) -> Vector:
    centre = sum(x) / len(x)
    variance = sum((value - centre) ** 2 for value in x) / len(x)
    pairs = zip(x, layer.weight.tolist(), layer.bias.tolist(), strict=True)
    return [(v - centre) / math.sqrt(variance + 1e-5) * w + b for v, w, b in pairs]


def network(first: nn.Linear, activation, last: nn.Linear, x: Vector) -> Vector:
    """Two linear layers with an activation between them."""
    return linear(last, [activation(value) for value in linear(first, x)])


def thirds(vector: Vector) -> tuple[Vector, Vector, Vector]:
    """Query, key and value, which lie one after the other."""
    size = len(vector) // 3
    return vector[:size], vector[size : 2 * size], vector[2 * size :]


def part(vector: Vector, index: int, parts: int) -> Vector:
    """The part of a vector that belongs to one head."""
    size = len(vector) // parts
    return vector[index * size : (index + 1) * size]


def shares(query: Vector, keys: list[Vector]) -> Vector:
    """What a query gives to each key: softmax of q k / sqrt(d)."""
    return softmax([dot(query, key) / math.sqrt(len(query)) for key in keys])


def attention(query: Vector, keys: list[Vector], values: list[Vector]) -> Vector:
    return weighted(shares(query, keys), values)


def multi_head(
    query: Vector, keys: list[Vector], values: list[Vector], heads: int
) -> Vector:
    """Attention in each head, and what the heads say one after the other."""
    found = []
    for h in range(heads):
        found += attention(
            part(query, h, heads),
            [part(key, h, heads) for key in keys],
            [part(value, h, heads) for value in values],
        )
    return found


def cross_entropy(logits: Vector, target: Vector) -> float:
    """Of shares of the classes, which sum to one."""
    pairs = zip(target, softmax(logits), strict=True)
    return -sum(share * math.log(p) for share, p in pairs)


def smoothed(label: int | Vector, classes: int, smooth: float = 0.0) -> Vector:
    """A label as shares: what ``smooth`` takes of it is spread over all classes."""
    hard = [float(c == label) for c in range(classes)]
    given = hard if isinstance(label, int) else label
    return [(1 - smooth) * share + smooth / classes for share in given]


def pre_norm_layer(layer: nn.Module, bag: list[Vector]) -> tuple[list, list]:
    """What a layer makes of a sequence, and the mean attention of its heads."""
    rows = [linear(layer.qkv, layer_norm(layer.norm, x)) for x in bag]
    queries, keys, values = zip(*map(thirds, rows), strict=True)
    norm, first, _, last = layer.mlp
    heads = layer.heads
    found, given = [], []
    for x, query in zip(bag, queries, strict=True):
        mixed = multi_head(query, keys, values, heads)
        x = add(x, linear(layer.out, mixed))
        normed = layer_norm(norm, x)
        refined = network(first, gelu_tanh, last, normed)
        found.append(add(x, refined))
        each = [
            shares(part(query, h, heads), [part(key, h, heads) for key in keys])
            for h in range(heads)
        ]
        given.append(mean(each))
    return found, given
