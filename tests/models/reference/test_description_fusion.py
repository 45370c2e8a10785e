"""Instances that read words, depth after depth, and the neck that gets them."""

import loops
import pytest
import torch

from tgdfer_mm.models.bag import Bag
from tgdfer_mm.models.described import Described
from tgdfer_mm.models.necks import DescriptionFusionNeck

M, D, W, HEADS, COUNTS = 4, 6, 5, 2, [4, 2, 1]
WORDS = [3, 0, 1, 2]  # of each text; one has none
FRAMES = [[0, 1, 2, 3, 3, 0, 1, 1], [1, 1, 3, 3, 0, 0, 2, 2], [2] * 8]


def read(reader, x, words):
    """What an instance gets of the words of all texts that it reads."""
    if not words:
        return x
    query = loops.linear(reader.query, loops.layer_norm(reader.norm, x))
    words = [loops.layer_norm(reader.text_norm, word) for word in words]
    keys = [loops.linear(reader.key, word) for word in words]
    values = [loops.linear(reader.value, word) for word in words]
    found = []
    for head in range(HEADS):
        own = [[loops.part(v, head, HEADS) for v in each] for each in (keys, values)]
        found += loops.attention(loops.part(query, head, HEADS), *own)
    unit = loops.unit(loops.linear(reader.out, found))
    return loops.add(x, loops.scale(reader.gate.item(), unit))


@pytest.mark.parametrize('place', [[[1], [0], [3]], FRAMES], ids=['clip', 'frames'])
def test_instances_and_what_the_other_neck_makes_of_them(place):
    inner = dict(type='RelevanceNeck', temperature=0.3)
    neck = DescriptionFusionNeck(D, W, taps=2, heads=HEADS, neck=inner)
    loops.stir(neck)
    text = loops.normal(3, D, seed=3)
    tokens = loops.normal(2, len(WORDS), max(WORDS), W, seed=4)
    described = Described(tokens, loops.prefix(WORDS, max(WORDS)), torch.tensor(place))
    bag = Bag(loops.normal(len(COUNTS), M, D), loops.prefix(COUNTS, M), text)
    expected = []
    for clip, (x, count) in enumerate(zip(bag.instances.tolist(), COUNTS, strict=True)):
        each = len(place[clip]) // M
        for i in range(count):
            texts = place[clip][i * each : (i + 1) * each] or place[clip]
            for reader, words in zip(neck.readers, tokens.tolist(), strict=True):
                own = [word for t in texts for word in words[t][: WORDS[t]]]
                x[i] = read(reader, x[i], own)
        expected.append(x)
    found, log = neck(bag._replace(described=described), data_samples=[])
    loops.close(found.instances, expected)
    other, _ = neck.neck(bag._replace(instances=found.instances))
    assert torch.equal(found.relevance, other.relevance)
    for i, reader in enumerate(neck.readers, start=1):
        loops.close(log[f'gate_{i}'], reader.gate.item())
