"""Instances with their sound, and the neck that gets them, in plain loops."""

import loops
import pytest
import torch

from tgdfer_mm.models.bag import Bag
from tgdfer_mm.models.heard import Heard
from tgdfer_mm.models.necks import SoundFusionNeck

M, D, C, COUNTS = 4, 6, 5, [4, 2, 1]


@pytest.mark.parametrize('each', [1, 2], ids=['frames', 'runs'])
def test_instances_and_what_the_other_neck_makes_of_them(each):
    inner = dict(type='RelevanceNeck', temperature=0.3)
    neck = loops.stir(SoundFusionNeck(D, C, hidden=7, neck=inner))
    text = loops.normal(3, D, seed=3)
    bag = Bag(loops.normal(len(COUNTS), M, D), loops.prefix(COUNTS, M), text)
    values = loops.normal(len(COUNTS), M * each, C, seed=4)
    known = loops.normal(len(COUNTS), M * each, seed=6) > -0.5
    assert 0 < known.sum() < known.numel()
    first, _, last = neck.encoder
    expected = bag.instances.tolist()
    for clip, count in enumerate(COUNTS):
        for i in range(count):
            own = [k for k in range(i * each, (i + 1) * each) if known[clip, k]]
            said = [values[clip, k].tolist() for k in own]
            codes = [loops.network(first, loops.gelu, last, x) for x in said]
            if codes:
                part = loops.scale(neck.gate.item(), loops.unit(loops.mean(codes)))
                expected[clip][i] = loops.add(expected[clip][i], part)
    found, log = neck(bag._replace(heard=Heard(values, known)), data_samples=[])
    loops.close(found.instances, expected)
    other, _ = neck.neck(bag._replace(instances=found.instances))
    assert torch.equal(found.relevance, other.relevance)
    loops.close(log['gate_sound'], neck.gate.item())
