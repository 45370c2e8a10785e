"""Class-balanced draws: even, complete, seeded, the same over any processes."""

import random
from collections import Counter

import pytest
from mmengine.registry import DATA_SAMPLERS as MMENGINE_SAMPLERS

import tgdfer_mm.datasets.samplers as samplers
from tgdfer_mm.datasets import ClassBalancedSampler, DFEWDataset


class Labels:
    """A data set of nothing but labels."""

    def __init__(self, *counts):
        self.labels = [c for c, n in enumerate(counts) for _ in range(n)]

    def __len__(self):
        return len(self.labels)

    def get_cat_ids(self, i):
        return [self.labels[i]]


def drawn(sampler, dataset):
    return Counter(dataset.labels[i] for i in sampler)


def test_every_class_is_drawn_as_often():
    dataset = Labels(90, 9, 3)
    sampler = ClassBalancedSampler(dataset, seed=0)
    indices = list(sampler)
    assert len(indices) == len(sampler) == 102
    assert drawn(sampler, dataset) == {0: 34, 1: 34, 2: 34}
    # The clips of a class share its draws: none is drawn twice more than another.
    by_clip = Counter(indices)
    for label, clips in ((0, range(90)), (1, range(90, 99)), (2, range(99, 102))):
        times = [by_clip[i] for i in clips]
        assert max(times) - min(times) <= 1, label


def test_power_lies_between_the_data_and_evenness():
    dataset = Labels(64, 16, 4)
    assert drawn(ClassBalancedSampler(dataset, power=0, seed=0), dataset) == {
        0: 64,
        1: 16,
        2: 4,
    }
    assert drawn(ClassBalancedSampler(dataset, power=0.5, seed=0), dataset) == {
        0: 48,
        1: 24,
        2: 12,
    }
    plain = sorted(ClassBalancedSampler(dataset, power=0, seed=0))
    assert plain == list(range(84))  # every clip once


def test_draws_follow_seed_and_epoch():
    dataset = Labels(30, 5)
    sampler = ClassBalancedSampler(dataset, seed=3)
    first = list(sampler)
    assert first == list(sampler) == list(ClassBalancedSampler(dataset, seed=3))
    sampler.set_epoch(0)
    assert first == list(sampler)  # the first epoch, as runners count
    sampler.set_epoch(1)
    assert first != list(sampler)
    assert first != list(ClassBalancedSampler(dataset, seed=4))


def test_without_shuffling_classes_follow_each_other():
    dataset = Labels(6, 2)
    labels = [
        dataset.labels[i] for i in ClassBalancedSampler(dataset, seed=0, shuffle=False)
    ]
    assert labels == sorted(labels)
    labels = [dataset.labels[i] for i in ClassBalancedSampler(Labels(6, 2), seed=0)]
    assert labels != sorted(labels)  # by default they do not


@pytest.mark.parametrize('seed', range(20))
def test_what_rounding_leaves_goes_to_the_largest_rests(seed):
    draw = random.Random(seed)
    sizes, power = [draw.randint(1, 40) for _ in range(5)], draw.random()
    counts = ClassBalancedSampler(Labels(*sizes), power=power, seed=0).counts()
    weights = [size ** (1 - power) for size in sizes]
    exact = [sum(sizes) * weight / sum(weights) for weight in weights]
    assert sum(counts) == sum(sizes)
    for a, left in zip(exact, counts, strict=True):
        assert left in (int(a), int(a) + 1)
        for b, right in zip(exact, counts, strict=True):
            if a % 1 > b % 1 + 1e-9 and right > int(b):
                assert left > int(a)


@pytest.mark.parametrize('size', [2, 3])
def test_processes_deal_out_the_draws_of_one(size, monkeypatch):
    dataset = Labels(9, 4)
    whole = list(ClassBalancedSampler(dataset, seed=0))
    parts = []
    for rank in range(size):
        monkeypatch.setattr(samplers, 'get_dist_info', lambda rank=rank: (rank, size))
        sampler = ClassBalancedSampler(dataset, seed=0)
        parts.append(list(sampler))
        assert len(parts[-1]) == len(sampler)
    mixed = [i for group in zip(*parts, strict=True) for i in group]
    assert mixed[:13] == whole  # what follows pads the last round
    assert mixed[13:] == whole[: len(mixed) - 13]


def test_a_benchmark_says_its_classes_and_the_runner_finds_the_sampler(dfew):
    dataset = DFEWDataset(dfew, 'train')
    sampler = MMENGINE_SAMPLERS.build(
        dict(type='ClassBalancedSampler'), default_args=dict(dataset=dataset, seed=1)
    )
    assert isinstance(sampler, ClassBalancedSampler) and sampler.seed == 1
    assert len(list(sampler)) == 8
    assert len(set(sampler.counts())) <= 2  # 8 draws of 7 classes


def test_bad_input():
    with pytest.raises(ValueError, match='power must be between 0 and 1, not 2'):
        ClassBalancedSampler(Labels(2, 2), power=2)
    with pytest.raises(ValueError, match='power must be between 0 and 1, not -0.5'):
        ClassBalancedSampler(Labels(2, 2), power=-0.5)
    dataset = Labels(2, 2)
    dataset.get_cat_ids = lambda i: [0, 1]
    with pytest.raises(ValueError, match='clip 0 of the data set has 2 labels'):
        ClassBalancedSampler(dataset)
