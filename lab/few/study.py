"""Trainings on few clips: their list, their configs and their results."""

import json
import math
import os
import time
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from mmengine.config import Config
from mmengine.registry import RUNNERS

from tgdfer_mm.datasets.synth_dfew import SynthDFEWDataset
from tgdfer_mm.environment import environment_kept
from tgdfer_mm.features import train_on_features
from tgdfer_mm.files import read_json, write_text
from tgdfer_mm.recipe.work_folder import note_work_folder
from tgdfer_mm.run_config.walk import data_sets
from tgdfer_mm.synth.clips import EMOTIONS

from ..evidence.digests import config_digest
from ..evidence.train import RESULT
from ..kept_result import kept_result
from ..paths import CONFIGS

PLAN = Path(__file__).with_name('plan.json')
FIGURES, TUNING = 0, 1  # seeds of the drawn people: for the page, and for choosing


@dataclass(frozen=True)
class Run:
    """One training.

    Attributes:
        arm: Key of the plan's arms.
        level: Level of SynthDFER.
        clips: Clips of each class; 0 tests without training.
        repeat: From 0: repeat r has seed r and is tested on fold r + 1.
        people: Seed of the drawn people, ``FIGURES`` or ``TUNING``.
        recipe: ``lr``, ``epochs``.
        switch: Name of the changes; empty without any.
        changes: Changes to the config, as a flat dict. ``few.validate`` holds out a
            fifth of the people and keeps the best epoch on them; ``few.uneven`` keeps
            only a quarter of the clips of every second class.
    """

    arm: str
    level: str
    clips: int
    repeat: int
    people: int
    recipe: dict
    switch: str = ''
    changes: dict = field(default_factory=dict)

    @property
    def name(self) -> str:
        """Its folder, inside that of the study."""
        lr, epochs = self.recipe['lr'], self.recipe['epochs']
        what = f'{self.arm}_lr{lr:g}_epochs{epochs}'
        if self.switch:
            what += '_' + self.switch.replace(',', '').replace(' ', '-')
        kind = 'tuning' if self.people == TUNING else 'figures'
        return f'{kind}/{self.level}/{what}/clips{self.clips}/repeat{self.repeat}'


def read_plan(path: Path = PLAN) -> dict:
    """Reads the plan."""
    return read_json(path, 'arms')


def tuning_runs(plan: dict, arm: str) -> Iterator[Run]:
    """Trainings of an arm with all recipes, on people for this choice only."""
    tuning, own = plan['tuning'], plan['arms'][arm]
    for epochs in tuning['epochs']:
        for factor in tuning['factors']:
            recipe = dict(lr=own['lr'] * factor, epochs=epochs)
            yield from _repeats(plan, arm, recipe)


def switch_runs(plan: dict, arm: str, recipe: dict) -> Iterator[Run]:
    """Trainings of an arm with one more change, on the same people."""
    for switch, changes in plan['switches'].items():
        yield from _repeats(plan, arm, recipe, switch=switch, changes=changes)


def choose_recipe(plan: dict, arm: str, root: Path) -> dict:
    """The recipe of an arm with the highest mean UAR in its tuning; trains it first.

    An arm with ``recipe_of`` takes the recipe of another arm.
    """
    arm = plan['arms'][arm].get('recipe_of', arm)
    found: dict[tuple, list[float]] = {}
    for run in tuning_runs(plan, arm):
        key = run.recipe['lr'], run.recipe['epochs']
        found.setdefault(key, []).append(perform(run, plan, root)['UAR'])
    lr, epochs = max(found, key=lambda key: sum(found[key]))
    return dict(lr=lr, epochs=epochs)


def _repeats(plan: dict, arm: str, recipe: dict, **more) -> Iterator[Run]:
    tuning = plan['tuning']
    for level in tuning['levels']:
        for clips in tuning['clips']:
            for repeat in range(tuning['repeats']):
                yield Run(arm, level, clips, repeat, TUNING, recipe, **more)


def figure_runs(plan: dict, recipes: dict[str, dict]) -> Iterator[Run]:
    """The trainings of the page."""
    for repeat in range(plan['repeats']):
        for level, facts in plan['levels'].items():
            for arm in facts['arms']:
                for clips in [0] * (arm in plan['zero_shot']) + facts['clips']:
                    yield Run(arm, level, clips, repeat, FIGURES, recipes[arm])


def perform(run: Run, plan: dict, root: Path) -> dict:
    """Trains and tests, unless there is a result.

    Args:
        run: The training.
        plan: Its plan.
        root: Folder of the whole study.

    Returns:
        ``UAR`` in percent, ``seconds``, and ``config_sha256``.

    Raises:
        OtherConfigError: The result was computed with another config.
    """
    path = root / run.name / RESULT
    began = time.perf_counter()
    cfg = run_config(run, plan, root)
    digest = config_digest(cfg, root)
    advice = 'Delete its folder, or take another folder for the study.'
    kept = kept_result(path, 'UAR', digest, advice)
    if kept is not None:
        return kept
    runner = RUNNERS.build(on_features(cfg, run, root))
    if run.clips:
        runner.train()
        for best in Path(runner.work_dir).glob('best_*.pth'):
            runner.load_checkpoint(str(best))
    else:
        runner.model.init_weights()
    metrics = runner.test()
    seconds = round(time.perf_counter() - began, 2)
    result = dict(UAR=float(metrics['dfer/UAR']), seconds=seconds, config_sha256=digest)
    write_text(path, json.dumps(result) + '\n')
    return result


def run_config(run: Run, plan: dict, root: Path) -> Config:
    """The config of a training, with frames as input and all clips of the training
    fold.
    """
    data = root / ('tuning_data' if run.people == TUNING else 'data')
    with environment_kept():
        os.environ.update(
            TGDFER_LEVEL=run.level,
            SYNTHDFER_ROOT=str(data),
            TGDFER_FOLD=str(run.repeat + 1),
        )
        arm = plan['arms'][run.arm]
        cfg = Config.fromfile(CONFIGS / f'{arm["config"]}.py')
    for each in data_sets(cfg):
        each.config.update(seed=run.people, clips_per_class=plan['pool'])
    epochs = _epochs(run, plan)
    cfg.train_dataloader.batch_size = plan['batch_size']
    cfg.optim_wrapper.optimizer.lr = run.recipe['lr']
    cfg.train_cfg.update(max_epochs=epochs, val_interval=epochs + 1)
    cfg.param_scheduler[1].T_max = epochs
    cfg.val_evaluator = dict(type='DFERMetric')
    cfg.test_evaluator = [
        dict(type='DFERMetric'),
        dict(
            type='DumpPredictions',
            out_file=str(root / run.name / 'predictions.jsonl'),
        ),
    ]
    note_work_folder(cfg, root / run.name)
    cfg.experiment_name = run.name.replace('/', '_')
    cfg.randomness = dict(seed=run.repeat)
    cfg.default_hooks.checkpoint = None
    for hook in ('selection', 'explain', 'confusion'):
        cfg.default_hooks.pop(hook, None)
    cfg.recipe = {}  # no epoch is chosen
    cfg.visualizer.vis_backends = []
    cfg.log_level = 'WARNING'
    cfg.few = dict(clips=run.clips)  # part of the hash of a training
    cfg.merge_from_dict(run.changes)
    return cfg


def _epochs(run: Run, plan: dict) -> int:
    """The epochs of the recipe, or fewer if the plan's limit of steps is lower."""
    steps = math.ceil(len(EMOTIONS) * max(1, run.clips) / plan['batch_size'])
    return min(run.recipe['epochs'], math.ceil(plan['max_steps'] / steps))


def on_features(cfg: Config, run: Run, root: Path) -> Config:
    """Changes the config: it reads cached features, and trains on few clips."""
    train_on_features(cfg, root / 'features')
    if not run.clips:
        return cfg
    node = cfg.train_dataloader.dataset
    data = SynthDFEWDataset(**_plain(node))
    people = choose_people(data, run)
    if cfg.few.get('validate'):
        held_out = people[: max(1, run.clips // 5)]
        people = people[len(held_out) :]
        cfg.val_dataloader = deepcopy(cfg.test_dataloader)
        cfg.val_dataloader.dataset.update(
            subset='train', test_mode=True, indices=clips_of(data, held_out)
        )
        cfg.train_cfg.val_interval = 1
        cfg.default_hooks.checkpoint = dict(
            type='ExactCheckpointHook',
            interval=-1,
            save_best='dfer/UAR',
            rule='greater',
            max_keep_ckpts=2,
        )
    node.indices = clips_of(data, people, cfg.few.get('uneven', False))
    return cfg


def _plain(node: dict) -> dict:
    return {k: v for k, v in node.items() if k not in ('type', 'pipeline')}


def choose_people(data: SynthDFEWDataset, run: Run) -> list[int]:
    """People of the training fold, as many as the clips of a class.

    Each person shows every class once. A larger set of the same repeat has all people
    of the smaller ones. Who they are does not depend on the arm.
    """
    there = sorted({who for _, who in _people(data)})
    order = np.random.default_rng([run.people, run.repeat]).permutation(there)
    return order[: run.clips].tolist()


def clips_of(
    data: SynthDFEWDataset, people: list[int], uneven: bool = False
) -> list[int]:
    """Indices of the clips of some people.

    Args:
        data: The clips of a training fold.
        people: The people.
        uneven: True if every second class has only the clips of a quarter of the
            people.
    """
    few = people[: max(2, len(people) // 4)]
    return [
        place
        for place, (label, who) in enumerate(_people(data))
        if who in (few if uneven and label % 2 else people)
    ]


def _people(data: SynthDFEWDataset) -> list[tuple[int, int]]:
    """Class and person of every clip."""
    person = {clip.number: clip.person for clip in data.spec.plan()}
    infos = (data.get_data_info(i) for i in range(len(data)))
    return [(info['label'], person[int(info['clip'])]) for info in infos]
