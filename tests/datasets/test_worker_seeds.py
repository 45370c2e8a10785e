"""Seeding of loader workers: epochs differ, and a seed repeats them exactly."""

import random

import numpy as np
import pytest
import torch
from mmengine.registry import FUNCTIONS
from mmengine.runner import Runner
from torch.utils.data import DataLoader, Dataset

from tgdfer_mm.datasets import seed_worker_from_torch


class Draws(Dataset):
    """Items are what the global generators of the worker give."""

    def __len__(self):
        return 8

    def __getitem__(self, idx):
        return np.random.randint(2**31), random.getrandbits(31)


def epochs(count, seed):
    torch.manual_seed(seed)
    loader = DataLoader(
        Draws(), batch_size=2, num_workers=2, worker_init_fn=seed_worker_from_torch
    )
    drawn = [
        tuple(int(v) for batch in loader for part in batch for v in part)
        for _ in range(count)
    ]
    return drawn, torch.get_rng_state()


def test_epochs_differ_and_the_seed_repeats_them():
    first, _ = epochs(2, seed=0)
    assert first[0] != first[1]
    assert len(set(first[0])) == len(first[0])  # nor do the two workers agree
    assert epochs(2, seed=0)[0] == first
    assert epochs(1, seed=1)[0] != first[:1]


def test_the_restored_main_generator_resumes_the_draws():
    whole, _ = epochs(2, seed=0)
    _, state = epochs(1, seed=0)
    torch.set_rng_state(state)
    loader = DataLoader(
        Draws(), batch_size=2, num_workers=2, worker_init_fn=seed_worker_from_torch
    )
    resumed = tuple(int(v) for batch in loader for part in batch for v in part)
    assert resumed == whole[1]


@pytest.mark.parametrize('draw', [lambda: np.random.rand(), random.random])
def test_ranks_differ(monkeypatch, draw):
    values = []
    for rank in ('0', '1'):
        monkeypatch.setenv('RANK', rank)
        torch.manual_seed(0)
        seed_worker_from_torch(0)
        values.append(draw())
    assert values[0] != values[1]


def test_configs_name_it():
    assert FUNCTIONS.get('seed_worker_from_torch') is seed_worker_from_torch
    loader = Runner.build_dataloader(
        dict(
            dataset=Draws(),
            batch_size=2,
            num_workers=2,
            sampler=dict(type='DefaultSampler', shuffle=False),
            worker_init_fn=dict(type='seed_worker_from_torch'),
        ),
        seed=0,
    )
    assert loader.worker_init_fn.func is seed_worker_from_torch
