"""Rows about a frozen tower: cached features, and many runs at once."""

import copy
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
from mmengine.config import Config
from mmengine.optim import build_optim_wrapper
from mmengine.registry import init_default_scope
from mmengine.runner import Runner

from tgdfer_mm.features import train_on_features
from tgdfer_mm.models.vision_language.open_clip_models import arch_config, build_clip

from ..many.member import build_model
from ..many.models import ManyModels
from .clips import make_tree
from .pairs import Results, compare


def frozen_config(cfg: Config, folder: Path, clips: int, frames: int, fold=1) -> Config:
    """A config on generated clips, with a frozen tower and its weights in a file.

    Args:
        cfg: A DFEW config; not changed.
        folder: Folder for clips and weights.
        clips: Number of clips in five folds.
        frames: Frames of each clip.
        fold: Number of the fold.
    """
    init_default_scope('mmaction')
    cfg = copy.deepcopy(cfg)
    root = make_tree(folder / f'folds_{clips}x{frames}', clips, frames, folds=5)
    arch = cfg.model.backbone.arch
    weights = folder / f'{Path(arch).stem}.pt'
    if not weights.exists():
        torch.manual_seed(0)
        torch.save(build_clip(arch).state_dict(), weights)
    gelu = bool(arch_config(arch).get('quick_gelu'))
    source = dict(pretrained=str(weights), quick_gelu=gelu)
    cfg.model.backbone.update(frozen_stages='all', **source)
    cfg.model.text_encoder.update(source)
    for name in ('train_dataloader', 'val_dataloader', 'test_dataloader'):
        cfg[name].dataset.update(data_root=str(root), fold=fold)
        cfg[name].update(num_workers=0)
    plain = cfg.test_dataloader.dataset.pipeline
    pipeline = copy.deepcopy(plain)
    pipeline[1].test_mode = False
    cfg.train_dataloader.dataset.pipeline = pipeline  # no augmentation: the same work
    return cfg


class Trainer:
    """Training of a config, step by step, as a runner does it.

    Args:
        cfg: The config.
        seed: Seed of the training.
        device: Device to train on.
    """

    def __init__(self, cfg: Config, seed: int, device: str) -> None:
        self.model = build_model(cfg, seed)[0].to(device).train()
        self.optim = build_optim_wrapper(self.model, copy.deepcopy(cfg.optim_wrapper))
        self.loader = Runner.build_dataloader(cfg.train_dataloader, seed=seed)
        self.batches = self._endless()
        self.losses: list[float] = []

    def step(self) -> None:
        """Runs one step, with loading."""
        loss = self.model.train_step(next(self.batches), self.optim)['loss']
        self.losses.append(loss.item())

    def _endless(self) -> Iterator[dict]:
        while True:
            yield from self.loader


def cached_rows(
    results: Results,
    cfg: Config,
    folder: Path,
    pairs: int,
    device: str,
    slow_batch: int = 4,
    steps: int = 3,
) -> None:
    """Times training on cached features against training with the frozen tower.

    First, the loss curves of some steps are compared, with small batches and the same
    seeds. Then the time for a clip is compared: on features with batches of the
    config's size, with the tower in small batches. The fixed cost of a step (texts,
    optimizer) is shared by fewer clips in a small batch; it is at most the time of a
    whole step on features.

    Args:
        results: Where the rows go.
        cfg: A DFEW config.
        folder: Folder for clips, weights and features.
        pairs: Number of pairs of the row.
        device: Device to measure on.
        slow_batch: Clips in a step with the tower.
        steps: Steps of the loss curves.
    """
    batch = cfg.train_dataloader.batch_size
    frozen = frozen_config(cfg, folder, clips=batch * 5 // 4, frames=16)
    small = copy.deepcopy(frozen)
    small.train_dataloader.batch_size = slow_batch
    fast = train_on_features(copy.deepcopy(small), folder / 'features', device=device)
    curves = []
    for each in (fast, small):
        torch.manual_seed(1)
        np.random.seed(1)
        trainer = Trainer(each, 0, device)
        for _ in range(steps):
            trainer.step()
        curves.append([*trainer.losses])
    slow = trainer  # the last run, which continues below
    apart = float(np.abs(np.subtract(*curves)).max())
    full = train_on_features(frozen, folder / 'features', device=device)
    quick = Trainer(full, 0, device)
    figures = compare(quick.step, slow.step, pairs, 1, units=(batch, slow_batch))
    figures.update(losses_apart=apart, losses=curves)
    results.add(
        'frozen/cached',
        "training on computed features ÷ with the frozen tower, a clip's time",
        figures,
        0.01,
        'clip',
        config=Path(cfg.filename).name,
        batches=[batch, slow_batch],
        same_losses='met' if apart < 1e-4 else 'MISSED',
    )


def many_rows(
    results: Results,
    cfg: Config,
    folder: Path,
    pairs: int,
    device: str,
    folds: int = 5,
    seeds: int = 3,
) -> None:
    """Times all folds and seeds at once, against one after the other and against one
    run.
    """
    batch = cfg.train_dataloader.batch_size
    configs = []
    for fold in range(1, folds + 1):
        frozen = frozen_config(cfg, folder, batch * 5 // 4, 16, fold)
        configs.append(train_on_features(frozen, folder / 'features', device=device))
    alone = [Trainer(c, seed, device) for c in configs for seed in range(seeds)]
    many = ManyModels(configs, range(seeds), device)
    stream = _endless(many)

    def together() -> None:
        many.step(next(stream))

    runs = folds * seeds
    about = dict(config=Path(cfg.filename).name, folds=folds, seeds=seeds, batch=batch)
    figures = compare(
        together, lambda: [t.step() for t in alone], pairs, 1, (runs, runs)
    )
    figures['resident_features_MB'] = many.features.nbytes / 2**20
    results.add(
        'many/one after the other',
        f'a step of {runs} runs at once ÷ one after the other',
        figures,
        1.0,
        'run and step',
        **about,
    )
    figures = compare(together, alone[0].step, pairs, 1)
    results.add(
        'many/one run',
        f'a step of {runs} runs at once ÷ a step of one run',
        figures,
        3.0 if device != 'cpu' else None,
        **about,
    )


def _endless(many: ManyModels) -> Iterator[dict]:
    epoch = 0
    while True:
        streams = [member.epoch(epoch) for member in many.members]
        for drawn in zip(*streams, strict=False):
            yield dict(enumerate(drawn))
        epoch += 1
