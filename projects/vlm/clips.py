"""Test clips of a config, as frames for a model of another kind."""

from copy import deepcopy
from dataclasses import dataclass
from typing import Any

import numpy as np
from mmengine.config import Config
from mmengine.registry import init_default_scope

from tgdfer_mm.clips.errors import DamagedClipError
from tgdfer_mm.recipe.apply import located
from tgdfer_mm.recipe.fold import choose_fold, fold_of, number_of_folds
from tgdfer_mm.recipe.loading import load_config
from tgdfer_mm.recipe.recipe import Recipe
from tgdfer_mm.registry import DATASETS
from tgdfer_mm.run_config.pipelines import READERS
from tgdfer_mm.run_config.walk import data_sets

from .errors import AskingError, UnansweredError


@dataclass(frozen=True)
class Shown:
    """The frames that a model sees of a clip.

    Attributes:
        frames: (T, H, W, 3) uint8 RGB.
        indices: The number of each in the clip, from 0.
    """

    frames: np.ndarray
    indices: tuple[int, ...]


@dataclass(frozen=True)
class Row:
    """One question: a clip, or one person in it.

    Attributes:
        name: Name of the prediction.
        clip: Name of the clip.
        label: Its true class.
        person: Number of the person; None if the clip shows only one person.
    """

    name: str
    clip: str
    label: int
    person: int | None = None


def folds_of(config: str, options: dict[str, Any] | None = None) -> list[int | None]:
    """All folds of a config's data; one None if they have a single split."""
    cfg = _load(config, None, options)
    if fold_of(cfg) is None:
        return [None]
    return list(range(1, 1 + (number_of_folds(cfg) or 1)))


class TestClips:
    """The test clips of a data set and fold, with their labels.

    Args:
        config: A config file, or the name of a shipped config.
        fold: The fold; None for the config's own.
        frames: Number of frames of each clip: the clip is cut into so many parts, and
            the middle frame of each is taken. A shorter clip shows each frame once.
        options: Changes to the config, key to value.

    Attributes:
        kind: Name of the data set's class.
        name: Name of the data set itself, such as that of a folder of own clips.
        classes: Names of the classes, in the order of the labels.
        metainfo: Meta information of the data set, for the file of predictions.
        rows: The questions, one for each clip of the annotation file.

    Raises:
        AskingError: The config has no test clips with one label each.
    """

    __test__ = False  # pytest would collect a class of this name as tests

    def __init__(
        self,
        config: str,
        fold: int | None = None,
        frames: int = 8,
        options: dict[str, Any] | None = None,
    ) -> None:
        cfg = _load(config, fold, options)
        choose_fold(cfg, Recipe.of(cfg))
        found = list(data_sets(cfg, 'test_dataloader'))
        if len(found) != 1:
            raise AskingError(
                f'{config}: it tests on {len(found)} data sets; one can be asked about.'
            )
        node = deepcopy(dict(found[0].config))
        opener, decoder = READERS[node.get('media') or 'frames']
        node['pipeline'] = [
            dict(type=opener),
            dict(type='SampleSegments', num_frames=frames, test_mode=True),
            dict(type=decoder),
        ]
        self.data = DATASETS.build(node)
        self.kind, self.name = str(type(self.data).NAME), str(self.data.NAME)
        self.classes = tuple(self.data.metainfo['classes'])
        self.metainfo = self.data.metainfo
        found = [self.data.get_data_info(i) for i in range(len(self.data))]
        if any(not isinstance(each['label'], int | np.integer) for each in found):
            raise AskingError(
                f'{config}: its clips have several labels each; replies are one class.'
            )

        self.rows = [
            Row(each['clip'], each['clip'], int(each['label'])) for each in found
        ]

    def show(self, i: int) -> Shown:
        """The sampled frames of clip i.

        Raises:
            UnansweredError: The clip cannot be read.
        """
        try:
            got = self.data.prepare_data(i)
        except DamagedClipError as error:
            raise UnansweredError(f'the clip cannot be read: {error}') from error
        valid = int(got['num_valid'])
        indices = tuple(int(n) for n in got['frame_inds'][:valid])
        return Shown(np.asarray(got['imgs'])[:valid], indices)


def _load(config: str, fold: int | None, options: dict[str, Any] | None) -> Config:
    cfg = load_config(config, {} if fold is None else dict(fold=fold), options)
    init_default_scope(cfg.get('default_scope', 'mmaction'))
    return located(cfg)
