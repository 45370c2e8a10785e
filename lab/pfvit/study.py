"""Trainings of the separator on drawn people, over several repeats."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import torch
from mmengine.config import Config
from mmengine.registry import init_default_scope
from torch import nn

from lab.kept_result import kept_result
from lab.paths import ROOT
from projects.pfvit.drawn_clips import DrawnClips, draw_clips
from projects.pfvit.figures import leaks, picture_errors
from projects.pfvit.reading import Reduction, make_batch, read_clips
from projects.pfvit.separator import Batch, FaceSeparator
from projects.pfvit.training import train
from tgdfer_mm.files import write_text
from tgdfer_mm.locks import held
from tgdfer_mm.models.functional import least_expressive
from tgdfer_mm.registry import MODELS

REPEATS = 6
ARMS = {
    'apart': 'drawn.py',
    'together': 'drawn_together.py',
    'calm': 'drawn_calm.py',
}
CONFIGS = ROOT / 'projects/pfvit/configs'

Results = dict[str, list[dict]]  # of each arm, one for each repeat


@dataclass
class Drawn:
    """The clips of a repeat and their features."""

    train: DrawnClips
    test: DrawnClips
    train_batch: Batch
    test_batch: Batch


def measure(
    root: Path,
    repeats: int = REPEATS,
    report: Callable[[str], None] = print,
    changes: dict | None = None,
) -> Results:
    """Draws people, trains each arm on them, and returns the figures.

    Each repeat has other people; all arms of a repeat have the same people and the same
    seed. Finished parts are kept: a second call continues.

    Args:
        root: Folder of the study.
        repeats: Number of repeats.
        report: Called with one line of text for each training.
        changes: Changes to each arm's config, as ``Config.merge_from_dict`` takes them.

    Returns:
        For each arm and repeat, a dict: errors of pictures by the picture's name, in
        grey levels; and shares, see :func:`projects.pfvit.figures.leaks`.

    Raises:
        OtherConfigError: The config of a finished training has changed.
        BusyError: Another process is running this study.
    """
    root = Path(root).absolute()
    root.mkdir(parents=True, exist_ok=True)
    results: Results = {arm: [] for arm in ARMS}
    with held(root / '.lock', f'the study in {root}'):
        for repeat in range(repeats):
            drawn = None  # drawn when the first arm that is missing needs it
            for arm in ARMS:
                cfg = arm_config(arm, changes)
                path = root / arm / f'repeat{repeat}.json'
                found = _finished(path, cfg)
                if found is None:
                    drawn = drawn or draw(cfg, repeat)
                    found = perform(cfg, drawn, repeat)[1]
                    record = dict(config_sha256=digest(cfg), figures=found)
                    path.parent.mkdir(exist_ok=True)
                    write_text(path, json.dumps(record, indent=1) + '\n')
                    report(
                        f'{arm}, repeat {repeat}: {found["redrawn"]:.2f} grey levels'
                    )
                results[arm].append(found)
    return results


def arm_config(arm: str, changes: dict | None = None) -> Config:
    """The config of an arm."""
    cfg = Config.fromfile(CONFIGS / ARMS[arm])
    cfg.merge_from_dict(changes or {})
    return cfg


def digest(cfg: Config) -> str:
    """SHA-256 of a config."""
    text = json.dumps(cfg.to_dict(), sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def draw(cfg: Config, repeat: int) -> Drawn:
    """The clips of a repeat, drawn and read by the frozen tower."""
    model, seed, counts = frozen_model(cfg), cfg.seed + repeat, cfg.people
    people = range(counts.train), range(counts.train, counts.train + counts.test)
    own, other = (draw_clips(seed, numbers, cfg.frames) for numbers in people)
    readings = [read_clips(model, clips, cfg.stage) for clips in (own, other)]
    torch.manual_seed(seed)
    reduce = Reduction(readings[0], cfg.components)
    batches = (
        make_batch(clips, reading, reduce, cfg.size)
        for clips, reading in zip((own, other), readings, strict=True)
    )
    return Drawn(own, other, *batches)


def frozen_model(cfg: Config) -> nn.Module:
    """The recognizer with the frozen towers, before any training."""
    init_default_scope('mmaction')
    model = MODELS.build(Config.fromfile(ROOT / cfg.recognizer).model)
    model.init_weights()
    return model.eval()


def perform(cfg: Config, drawn: Drawn, seed: int) -> tuple[FaceSeparator, dict]:
    """Trains the separator on drawn clips; returns it and its figures."""
    torch.manual_seed(seed)
    model = MODELS.build(cfg.model)
    train(model, drawn.train_batch, **cfg.training)
    learnt = drawn.train_batch
    calm = least_expressive(learnt.similarity, learnt.mask, model.neutral)
    mean_face = learnt.pictures[torch.arange(len(calm)), calm].mean(0)
    figures = picture_errors(model, drawn.test_batch, drawn.test, mean_face)
    return model, figures | leaks(
        model, learnt, drawn.train, drawn.test_batch, drawn.test
    )


def _finished(path: Path, cfg: Config) -> dict | None:
    advice = 'Delete it, or take another folder for the study.'
    record = kept_result(path, 'figures', digest(cfg), advice)
    return None if record is None else record['figures']
