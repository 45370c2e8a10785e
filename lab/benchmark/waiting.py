"""Rows about the share of a training step that waits for data."""

import copy
import itertools
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import torch
from mmengine.config import Config
from mmengine.runner import Runner

from tgdfer_mm.datasets.tools.pack import write_pack
from tgdfer_mm.recipe.on_device import augment_on_device, hold_frames_on_device
from tgdfer_mm.recipe.pack import use_pack
from tgdfer_mm.registry import DATASETS

from . import steps
from .clips import make_tree
from .pairs import Results, compare, stopwatch, summarize

WAYS = ('as configured', 'augmented on the device', 'packed', 'resident')
FETCHED_AHEAD = 2  # batches for each process, torch's default


def wait_rows(
    results: Results,
    cfg: Config,
    folder: Path,
    clips: int,
    pairs: int,
    device: str,
    bf16: bool = False,
    workers: int | None = None,
    ways: tuple[str, ...] = WAYS,
) -> dict[str, dict]:
    """Times a training step with the real loader against one on a batch in memory.

    Args:
        results: File of the rows.
        cfg: A DFEW config; it reads generated clips.
        folder: Folder for the clips.
        clips: Batch size.
        pairs: Number of pairs of each row.
        device: Device to measure on.
        bf16: True to run the model in bf16.
        workers: Processes of the loader; by default one for each core and at most 16,
            and none if the model itself needs the cores.
        ways: Names of the ways of loading.

    Returns:
        The rows by way of loading.
    """
    if workers is None:
        workers = 0 if device == 'cpu' else min(16, os.cpu_count() or 1)
    rows = {}
    for way in ways:
        loaded = _config(cfg, way, folder, clips, workers)
        steps_of = _steps(loaded, device, bf16)
        ahead = FETCHED_AHEAD * loaded.train_dataloader.num_workers
        figures = _compare(*steps_of, pairs, clips, ahead)
        figures.update(
            waiting_share=max(0.0, 1 - 1 / figures['ratio']),
            clips_per_s=1 / figures['ours_s'],
        )
        rows[way] = results.add(
            f'waiting/{way}',
            f'a step with the loader ({way}) ÷ on a batch that is there',
            figures,
            1 / 0.85 if device != 'cpu' else None,
            'clip',
            config=Path(cfg.filename).name,
            clips=clips,
            workers=loaded.train_dataloader.num_workers,
            precision=steps.PRECISIONS[bf16],
        )
    return rows


def _compare(
    fresh: Callable, same: Callable, pairs: int, clips: int, ahead: int
) -> dict:
    """Times both in turn if nothing is fetched ahead, otherwise one after the other.

    If they took turns, the loader's processes would have the time of two steps for each
    batch. So the loader's side runs alone. It begins with an empty queue, and is timed
    over as many steps as the queue holds, since a single step may find several batches
    or none.
    """
    if not ahead:
        return compare(fresh, same, pairs, 3, (clips, clips))

    def seconds(step: Callable) -> np.ndarray:
        def block() -> None:
            for _ in range(ahead):
                step()

        block()
        blocks = [stopwatch(block) for _ in range(pairs)]
        return np.array(blocks) / (ahead * clips)

    kept = seconds(same)
    return summarize(seconds(fresh), kept)


def _config(cfg: Config, way: str, folder: Path, clips: int, workers: int) -> Config:
    cfg = copy.deepcopy(cfg)
    root = make_tree(folder / 'clips')
    for name in ('train_dataloader', 'val_dataloader', 'test_dataloader'):
        cfg[name].dataset.update(data_root=str(root), fold=1)
    cfg.train_dataloader.update(
        batch_size=clips,
        num_workers=workers,
        drop_last=True,
        pin_memory=torch.cuda.is_available(),
        sampler=dict(type='InfiniteSampler', shuffle=True),
    )
    if way in ('packed', 'resident'):
        path = folder / f'{"raw" if way == "resident" else "encoded"}.pack'
        if not path.exists():
            node = {**cfg.train_dataloader.dataset, 'pipeline': []}
            write_pack(DATASETS.build(node), path, raw=way == 'resident')
        use_pack(cfg, path)
    if way == 'resident':
        hold_frames_on_device(cfg)
    elif way != 'as configured':
        augment_on_device(cfg)
    return cfg


def _steps(
    cfg: Config, device: str, bf16: bool
) -> tuple[Callable[[], None], Callable[[], None]]:
    """A step on the next batch of the loader, and a step always on the same batch."""
    model = steps.build_model(cfg, device)
    train = steps.trainer_of(model, cfg.optim_wrapper)
    train = steps.in_precision(train, device, bf16)
    loader = Runner.build_dataloader(cfg.train_dataloader, seed=0)
    stream: Iterator[dict] = itertools.chain.from_iterable(itertools.repeat(loader))
    kept = model.data_preprocessor(copy.deepcopy(next(stream)), training=True)

    def fresh() -> None:
        train(model.data_preprocessor(next(stream), training=True))

    return fresh, lambda: train(kept)
