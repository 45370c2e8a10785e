"""Models of the study: TG-DFER trained on SynthDFER, on stored features."""

import os
from pathlib import Path

from mmengine.config import Config
from mmengine.registry import RUNNERS
from mmengine.runner import Runner

from tgdfer_mm.environment import environment_kept
from tgdfer_mm.recipe.loading import load_config
from tgdfer_mm.recipe.work_folder import note_work_folder
from tgdfer_mm.run_config.walk import data_sets

from ..paths import CONFIGS

FOLDS = 5
LEVEL = 'hard'
CLIPS_PER_CLASS = 24  # in each fold, one of each person, as in lab/evidence


def job_config(arm: str, repeat: int, root: Path, data: Path, features: Path) -> Config:
    """The config of a training.

    Args:
        arm: A file of ``lab/configs/ablations``, without its ending.
        repeat: Seed of the training; it also chooses the tested fold.
        root: Folder of the study.
        data: Folder of the clips, with one for each level in it.
        features: Folder of the frozen tower's features.
    """
    fold = repeat % FOLDS + 1
    with environment_kept():
        os.environ.update(
            TGDFER_LEVEL=LEVEL, SYNTHDFER_ROOT=str(data), TGDFER_FOLD=str(fold)
        )
        cfg = load_config(
            CONFIGS / 'ablations' / f'{arm}.py', dict(cache_features=str(features))
        )
    for each in data_sets(cfg):
        each.config.update(data_root=str(data / LEVEL), clips_per_class=CLIPS_PER_CLASS)
    cfg.val_evaluator = cfg.test_evaluator = dict(type='DFERMetric')
    cfg.default_hooks.checkpoint = dict(
        type='ExactCheckpointHook', interval=cfg.train_cfg.max_epochs, max_keep_ckpts=2
    )
    for hook in ('selection', 'explain', 'confusion', 'log_pictures'):
        cfg.default_hooks.pop(hook, None)
    cfg.train_cfg.val_interval = cfg.train_cfg.max_epochs + 1
    cfg.randomness = dict(seed=repeat)
    note_work_folder(cfg, root / 'trainings' / arm / f'repeat{repeat}', [f'fold{fold}'])
    cfg.experiment_name = f'rationale_{arm}_{repeat}'
    cfg.visualizer.vis_backends = []
    cfg.log_level = 'WARNING'
    return cfg


def trained(cfg: Config) -> Runner:
    """A runner after its training; its checkpoint is kept."""
    runner = RUNNERS.build(cfg)
    path = Path(cfg.work_dir, f'epoch_{cfg.train_cfg.max_epochs}.pth')
    if path.is_file():
        runner.load_checkpoint(str(path))
    else:
        runner.train()
    runner.model.eval()
    return runner
