"""Trainings with people held out, and their scores before and after calibration."""

import json
import os
from pathlib import Path

from mmengine.config import Config
from mmengine.registry import RUNNERS

from tgdfer_mm.apis.calibrating import Part, calibrate
from tgdfer_mm.engine.selection_hook import BEST, RECORD
from tgdfer_mm.environment import environment_kept
from tgdfer_mm.evaluation.temperature import reliability_bins
from tgdfer_mm.files import read_json, write_text
from tgdfer_mm.recipe.loading import load_config
from tgdfer_mm.recipe.work_folder import note_work_folder
from tgdfer_mm.run_config.walk import data_sets

from ..paths import CONFIGS

LEVELS = ('hard', 'very_hard')
CLIPS_PER_CLASS = 24  # in each fold, one of each person, as in lab/evidence
EPOCHS = ('chosen', 'last')


def run(level: str, seed: int, root: Path, data: Path, features: Path) -> list[dict]:
    """Trains the full model with people held out, and calibrates two of its epochs.

    Args:
        level: Level of SynthDFER.
        seed: Seed of the training; the tested fold is ``seed + 1``, so that seeds also
            differ in people.
        root: Folder of the study; finished results in it are kept.
        data: Folder of the clips, with a folder for each level.
        features: Folder of the frozen tower's features.

    Returns:
        For the epoch that was chosen on the people held out, and for the last one:
        ``level``, ``seed``, ``epoch`` (``chosen`` or ``last``), the ``record`` of the
        calibration, and ``bins`` of the test clips before and after it.
    """
    folder = root / level / f'seed{seed}'
    results = []
    for kind in EPOCHS:
        path = folder / f'{kind}.json'
        if not path.is_file():
            chosen = _trained(level, seed, folder, data, features)
            cfg = _config(level, seed, folder, data, features)
            name = BEST.format(chosen['epoch'])
            if kind == 'last':
                name = f'epoch_{chosen["last"]["epoch"]}.pth'
            record, _, test = calibrate(cfg, folder / name, test=True)
            result = dict(level=level, seed=seed, epoch=kind, record=record)
            result['bins'] = _bins(test, record)
            write_text(path, json.dumps(result, indent=1) + '\n')
        results.append(read_json(path, 'record'))
    return results


def _trained(level: str, seed: int, folder: Path, data: Path, features: Path) -> dict:
    """The choice of a training; trains first if there is no result."""
    path = folder / RECORD
    if not path.is_file() or 'test' not in read_json(path):
        RUNNERS.build(_config(level, seed, folder, data, features)).train()
    return read_json(path, 'epoch')


def _bins(test: Part, record: dict) -> list[list[dict]]:
    return [
        reliability_bins(test.scaled(temperature), test.labels)
        for temperature in (1.0, record['temperature'])
    ]


def _config(level: str, seed: int, folder: Path, data: Path, features: Path) -> Config:
    with environment_kept():
        os.environ.update(
            TGDFER_LEVEL=level, SYNTHDFER_ROOT=str(data), TGDFER_FOLD=str(seed + 1)
        )
        cfg = load_config(
            CONFIGS / 'ablations' / 'full.py',
            dict(selection='val', cache_features=str(features)),
        )
    for each in data_sets(cfg):
        each.config.update(data_root=str(data / level), clips_per_class=CLIPS_PER_CLASS)
    cfg.val_evaluator = cfg.test_evaluator = dict(type='DFERMetric')
    cfg.default_hooks.checkpoint = dict(
        type='ExactCheckpointHook', interval=1, max_keep_ckpts=2
    )
    for hook in ('explain', 'confusion', 'log_pictures'):
        cfg.default_hooks.pop(hook, None)
    cfg.randomness = dict(seed=seed)
    note_work_folder(cfg, folder, [f'fold{seed + 1}'])
    cfg.experiment_name = f'calibration_{level}_{seed}'
    cfg.visualizer.vis_backends = []
    cfg.log_level = 'WARNING'
    return cfg
