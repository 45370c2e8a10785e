"""Seeds of the loader's workers."""

import os
import random

import numpy as np
import torch

from ..registry import FUNCTIONS


@FUNCTIONS.register_module()
def seed_worker_from_torch(worker_id: int) -> None:
    """Seeds a loader worker from the main process's torch generator.

    Use it as ``worker_init_fn=dict(type='seed_worker_from_torch')`` together with
    ``persistent_workers=False``. mmengine's own function seeds a worker with the same
    constant whenever it starts, so every epoch draws the same crops and frames. Here
    the seed follows torch's base seed, which the loader draws for each epoch from the
    main process's generator. So epochs differ, and a resumed run that restores that
    generator draws the same as the uninterrupted run. A persistent worker is seeded
    only once, and checkpoints do not have its state, so a resumed run with one is not
    exact.

    Args:
        worker_id: Number of the worker; torch's seed already differs by it.
    """
    # All ranks draw the same base seed; torchrun and mmengine's slurm launcher
    # both set RANK, which also reaches spawned workers.
    rank = int(os.environ.get('RANK', 0))
    entropy = np.random.SeedSequence([torch.initial_seed() % 2**64, rank])
    seed = int(entropy.generate_state(1)[0])
    random.seed(seed)
    np.random.seed(seed)
    torch.manual_seed(seed)
