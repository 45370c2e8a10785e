"""Fits a model's temperature to the people that were set aside from its training."""

import shutil
import tempfile
from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from mmengine.config import Config
from mmengine.registry import RUNNERS

from ..datasets.train_test_overlap import describe_overlap
from ..evaluation import read_predictions
from ..evaluation.people import person_of
from ..evaluation.temperature import (
    CalibrationError,
    fit_temperature,
    judge_calibration,
    scale_probabilities,
    usable_scores,
)
from ..files import file_hash
from ..plain_checkpoints import load_from_local
from ..recipe import apply_recipe
from ..recipe.apply import copy_of
from ..recipe.recipe import APPLIED
from ..recipe.work_folder import note_work_folder
from ..registry import DATASETS
from ..run_config.walk import data_sets
from ..version import __version__
from .calibration import SCHEMA

# Hooks of training alone, or of pictures that nobody has asked for.
_TRAINING = ('train_dataloader', 'train_cfg', 'optim_wrapper', 'param_scheduler')
_VALIDATING = ('val_dataloader', 'val_cfg', 'val_evaluator')
_HOOKS = ('selection', 'explain', 'confusion', 'log_pictures', 'parts')


@dataclass(frozen=True)
class Part:
    """Scores of a model for some clips, and their true labels.

    Attributes:
        scores: (N, K) probabilities of the readable clips.
        labels: (N,) class indices.
        unreadable: Number of clips that could not be read.
        people: Number of people in them; None if a clip does not name its person.
    """

    scores: np.ndarray
    labels: np.ndarray
    unreadable: int
    people: int | None

    @classmethod
    def of(cls, predictions: Sequence[dict]) -> 'Part':
        """Makes a part from written predictions.

        Raises:
            CalibrationError: They are not probabilities for one label per clip.
        """
        scores, labels = usable_scores(predictions)
        readable = [line for line in predictions if line['score'] is not None]
        people = {line.get('person') for line in readable}
        count = None if None in people or not people else len(people)
        return cls(scores, labels, len(predictions) - len(readable), count)

    def judged(self, temperature: float) -> dict:
        """Counts, and the numbers before and after a temperature, plain data."""
        return dict(
            clips=len(self.labels),
            unreadable=self.unreadable,
            people=self.people,
            before=judge_calibration(self.scores, self.labels),
            after=judge_calibration(self.scaled(temperature), self.labels),
        )

    def scaled(self, temperature: float) -> np.ndarray:
        """(N, K) probabilities at a temperature."""
        return scale_probabilities(self.scores, temperature)


def training_of(checkpoint: str | Path) -> dict:
    """Reads from a checkpoint on which data it was trained.

    Raises:
        CalibrationError: It does not tell them, nobody was set aside, or its clips have
            several labels.
    """
    meta = load_from_local(checkpoint, 'cpu').get('meta') or {}
    data = meta.get('dataset_meta')
    if not data:
        raise CalibrationError(
            f'{checkpoint} does not say what it was trained on, so it is unknown '
            'which people are new to it. Calibrate a checkpoint that `tgdfer train` '
            'has written'
        )
    if not data.get('val_part'):
        raise CalibrationError(
            f'{checkpoint} was trained on everybody in its training part, so nobody is '
            'left to calibrate it on: on its training clips a model looks better than '
            'it is, and the test clips must not be used. Train it with `tgdfer train '
            'CONFIG --selection val`, which sets a tenth of the training part aside, '
            'and calibrate that model'
        )
    if data.get('setting') == 'multi':
        raise CalibrationError(
            f'{checkpoint} gives several labels for a clip, each with a score from 0 '
            'to 1. A temperature works only for one label per clip, so this model '
            'cannot be calibrated'
        )
    return dict(data)


def calibrate(
    cfg: Config, checkpoint: str | Path, test: bool = False
) -> tuple[dict, Part, Part | None]:
    """Fits a temperature to the validation part of a checkpoint's training.

    Args:
        cfg: The config that it was trained with, as
            :func:`tgdfer_mm.recipe.loading.load_config` gives it; changed in place.
        checkpoint: The weights.
        test: Whether to measure the test clips before and after, too.

    Returns:
        The record, see :mod:`tgdfer_mm.apis.calibration`, the validation part, and the
        test part or None.

    Raises:
        CalibrationError: Nobody was set aside, a person of the validation part was
            trained on, or no temperature fits.
        ValueError: The config does not fit the checkpoint.
    """
    data = training_of(checkpoint)
    _hold_out(cfg, data['val_part'])
    parts = [_predict(cfg, checkpoint, 'val')]
    temperature = fit_temperature(parts[0].scores, parts[0].labels)
    if test:
        parts.append(_predict(cfg, checkpoint, 'test'))
    judged = [part.judged(temperature) for part in parts]
    record = dict(
        schema=SCHEMA,
        version=__version__,
        temperature=temperature,
        checkpoint=Path(checkpoint).name,
        sha256=file_hash(checkpoint),
        classes=list(data['classes']),
        **{key: data.get(key) for key in ('dataset', 'pixel_version', 'fold')},
        val_part=data['val_part'],
        **judged[0],
        test=judged[1] if test else None,
    )
    return record, parts[0], parts[1] if test else None


def _hold_out(cfg: Config, share: float) -> None:
    """Gives a config the validation part of a training with this share."""
    for about_training in ('precision', 'no_validate'):
        cfg.recipe.pop(about_training, None)
    cfg.recipe['selection'] = 'val'
    hooks = cfg.get('default_hooks') or {}
    hooks['selection'] = dict(hooks.get('selection') or {}, val_part=share)
    cfg.default_hooks = hooks
    apply_recipe(cfg)
    train, val = (_infos(cfg, f'{part}_dataloader') for part in ('train', 'val'))
    for ours in train:
        for theirs in val:
            shared = describe_overlap(ours, theirs)
            if shared:
                raise CalibrationError(f'the validation part: {shared}')
    trained, held_out = (_people(each) for each in (train, val))
    both = sorted(trained & held_out)
    if both:
        raise CalibrationError(
            f'{len(both)} of the {len(held_out)} people of the validation part are '
            f'also in clips that were trained on, {both[0]!r} for one: a '
            'temperature that is fitted to them does not hold for other people. Split '
            'the data set by person'
        )


def _infos(cfg: Config, key: str) -> list[Any]:
    """The data sets of a loader; no frame is read."""
    nodes = [dict(each.config, pipeline=[]) for each in data_sets(cfg, key)]
    return [DATASETS.build(node) for node in nodes]


def _people(parts: Sequence[Any]) -> set[str]:
    infos = (each.get_data_info(i) for each in parts for i in range(len(each)))
    return {person for info in infos if (person := person_of(info))}


def _predict(cfg: Config, checkpoint: str | Path, part: str) -> Part:
    """Predicts the validation or test clips of a config that is ready."""
    cfg = Config(copy_of(cfg), filename=cfg.filename)
    folder = Path(tempfile.mkdtemp(prefix='calibrate'))
    try:
        cfg.test_dataloader = deepcopy(cfg[f'{part}_dataloader'])
        out_file = folder / 'predictions.jsonl'
        cfg.test_evaluator = [dict(type='DumpPredictions', out_file=str(out_file))]
        for key in (*_TRAINING, *_VALIDATING):
            cfg[key] = None
        for name in _HOOKS:
            cfg.default_hooks.pop(name, None)
        # The whole recipe has been applied; its cut of the data cannot be made twice.
        cfg.recipe = {}
        cfg.pop(APPLIED, None)
        note_work_folder(cfg, folder)
        cfg.experiment_name = f'{folder.name}_{part}'
        cfg.load_from, cfg.resume = str(checkpoint), False
        cfg.visualizer = dict(type='ActionVisualizer', vis_backends=[])
        cfg.log_level = 'WARNING'
        RUNNERS.build(cfg).test()
        return Part.of(read_predictions(out_file))
    finally:
        shutil.rmtree(folder, ignore_errors=True)
