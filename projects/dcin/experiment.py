"""Experiment on drawn films: the worth of `dcin` and of captions, on several folds."""

import json
import os
import time
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path

from mmengine.config import Config
from mmengine.registry import RUNNERS

from lab.evidence.digests import config_digest
from lab.evidence.train import RESULT
from lab.kept_result import kept_result
from tgdfer_mm.environment import environment_kept
from tgdfer_mm.features import train_on_features
from tgdfer_mm.files import read_json, write_text
from tgdfer_mm.locks import held
from tgdfer_mm.recipe.work_folder import note_work_folder

from .drawn_films import write_films

HERE = Path(__file__).parent
FIGURES = ('mAP_low', 'mAP_high', 'ANet_mAP@0.3', 'recall@0.3', 'F2@0.3')

Results = dict[str, list[dict]]  # of each arm and baseline, one for each repeat


def read_plan(path: Path = HERE / 'plan.json') -> dict:
    """Reads the plan."""
    return read_json(path, 'films', 'arms', 'pairs')


def measure(
    root: Path, plan: dict | None = None, report: Callable[[str], None] = print
) -> Results:
    """Draws the films, trains what is missing, and returns the figures of all arms.

    Repeat r is tested on fold r and starts from seed r; its training films show other
    people. Finished trainings are kept: a second call continues.

    Args:
        root: Folder of the experiment.
        plan: See ``plan.json``.
        report: Called with one line of text for each training.

    Returns:
        For each arm and baseline, one dict for each repeat: figures from 0 to 1.

    Raises:
        OtherConfigError: The config of a finished training has changed since.
        BusyError: Another process is running this experiment.
    """
    plan = plan or read_plan()
    root = root.absolute()
    results: Results = {name: [] for name in [*plan['arms'], *plan['baselines']]}
    with held(root / '.lock', f'the experiment in {root}'):
        write_films(root / 'films', plan['seed'], plan['films'], plan['repeats'])
        for fold in range(1, plan['repeats'] + 1):
            for arm in plan['arms']:
                found = perform(arm, fold, plan, root)
                results[arm].append(found['film'])
                report(f'{arm}, fold {fold}: mAP_low {found["film"]["mAP_low"]:.3f}')
                if arm == 'dcin':
                    for name in plan['baselines']:
                        results[name].append(found[name])
    return results


def perform(arm: str, fold: int, plan: dict, root: Path) -> dict:
    """Trains and tests an arm on a fold, unless a result is there.

    Returns:
        The figures of each metric, by its prefix; and ``seconds`` and
        ``config_sha256``.

    Raises:
        OtherConfigError: The result was computed with another config.
    """
    path = root / arm / f'fold{fold}' / RESULT
    cfg = arm_config(arm, fold, plan, root)
    digest = config_digest(cfg, root)
    advice = 'Delete its folder, or take another folder for the experiment.'
    kept = kept_result(path, 'film', digest, advice)
    if kept is not None:
        return kept
    began = time.perf_counter()
    runner = RUNNERS.build(train_on_features(cfg, root / 'features'))
    if plan['arms'][arm].get('epochs', 1):
        runner.train()
    else:
        runner.model.init_weights()
    runner.test()
    result = {
        metric.prefix: {k: v for k, v in metric.last_result.items() if k != 'damaged'}
        for metric in runner.test_evaluator.metrics
        if metric.prefix != 'multi'
    }
    result.update(seconds=round(time.perf_counter() - began, 1), config_sha256=digest)
    write_text(path, json.dumps(result) + '\n')
    return result


def arm_config(arm: str, fold: int, plan: dict, root: Path) -> Config:
    """The config of an arm on a fold, with frames as input."""
    facts = plan['arms'][arm]
    with environment_kept():
        os.environ.update(FILMS_ROOT=str(root / 'films'), TGDFER_FOLD=str(fold))
        cfg = Config.fromfile(HERE / 'configs' / f'{facts["config"]}.py')
    temporal = deepcopy(cfg.model.cls_head.temporal)
    if facts['temporal'] != temporal.type:
        temporal = dict(type=facts['temporal'])
        if temporal['type'] != 'identity':
            temporal['max_instances'] = cfg.model.cls_head.temporal.max_instances
    cfg.model.cls_head.temporal = temporal
    if facts.get('shuffled'):
        cfg.train_dataloader.dataset.ann_file = f'train_{fold}_shuffled.json'
    cfg.merge_from_dict(plan.get('changes', {}))
    note_work_folder(cfg, root / arm / f'fold{fold}')
    cfg.experiment_name = f'{arm}_fold{fold}'
    cfg.randomness = dict(seed=fold)
    cfg.default_hooks.checkpoint = None
    for hook in ('selection', 'explain', 'confusion', 'log_pictures'):
        cfg.default_hooks.pop(hook, None)
    cfg.recipe = {}  # no epoch is chosen
    cfg.val_cfg = cfg.val_dataloader = cfg.val_evaluator = None
    cfg.visualizer.vis_backends = []
    cfg.log_level = 'WARNING'
    return cfg
