"""The base of all data sets of clips."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Hashable, Sequence
from logging import WARNING
from pathlib import Path
from typing import Any, ClassVar

from mmengine.dataset import BaseDataset
from mmengine.logging import print_log

from ..clips.errors import DamagedClipError
from .clip_sources import ClipSource
from .damaged_clips import DamagedClips
from .text_files import DataError

SUBSETS = ('train', 'val', 'test')


class MissingDataError(FileNotFoundError):
    """Data are not at the expected place, which the message names."""

    exit_code = 2  # of a command


class ClipDataset(BaseDataset, ABC):
    """Base class of data sets of clips, for one subset (and fold).

    A subclass fills the list. :mod:`~tgdfer_mm.datasets.clip_sources` opens the clips,
    and :mod:`~tgdfer_mm.datasets.damaged_clips` replaces those that cannot be read.

    Args:
        data_root: Root folder of the data set.
        subset: ``'train'``, ``'val'`` (a part of the training clips) or ``'test'``.
        pipeline: Transforms, ending in ``PackActionInputs``.
        test_mode: Whether damaged clips are kept; by default they are, except in
            training clips.
        metainfo: Entries that are added to the data set's meta information or replace
            its own, e.g. ``dict(dataset=...)`` to name generated data.
        **kwargs: Further arguments of mmengine's ``BaseDataset``.

    Attributes:
        media_dir: Folder of the clips, or a packed file.
        split_file: The list of the clips.
        classes: Names of the classes, in the order of the labels.
        clips: Where the clips come from, once the list is read.
        damaged: The treatment of damaged clips, also an object of its own.
    """

    NAME: ClassVar[str]
    FOLDS: ClassVar[int | None]  # the largest number

    subset: str
    setting: str
    fold: int | None
    val_part: float
    media: str
    pixel_version: str
    media_dir: Path
    split_file: Path
    classes: tuple[str, ...]
    clips: ClipSource
    damaged: DamagedClips

    def __init__(
        self,
        data_root: str,
        subset: str,
        pipeline: Sequence[dict | Callable] = (),
        test_mode: bool | None = None,
        metainfo: dict | None = None,
        **kwargs,
    ) -> None:
        super().__init__(
            data_root=data_root,
            data_prefix={},
            pipeline=list(pipeline),
            test_mode=subset != 'train' if test_mode is None else test_mode,
            **kwargs,
        )
        # Not through BaseDataset, which treats every string as a file to read.
        self._metainfo.update(
            dataset=self.NAME,
            classes=self.classes,
            setting=self.setting,
            pixel_version=self.pixel_version,
            fold=self.fold,
            val_part=self.val_part,
        )
        self._metainfo.update(metainfo or {})

    @classmethod
    def count_folds(cls, **config) -> int | None:
        """Number of folds with these arguments; None for a single split."""
        return cls.FOLDS

    @staticmethod
    def check_subset(subset: str, val_part: float) -> None:
        """Refuses a subset that does not exist or does not fit the validation part."""
        if subset not in SUBSETS:
            raise DataError(f'subset must be in {SUBSETS}, not {subset!r}.')
        if (subset == 'val' and not val_part) or (subset == 'test' and val_part):
            raise DataError(
                f'subset={subset!r} with val_part={val_part}: val_part is the share of '
                "the training clips in subset='val': give it for 'val', and not for "
                "'test'."
            )

    # Access to a clip.

    def __getitem__(self, idx: int) -> Any:
        """The clip after the pipeline, or the replacement of a damaged clip.

        Raises:
            RuntimeError: If no clip at all can be read.
        """
        try:
            return self.prepare_data(idx)
        except DamagedClipError as err:
            return self.damaged.stand_in(self, idx, err)

    def get_data_info(self, idx: int) -> dict:
        """Information about a clip, including the names of its frames."""
        info = super().get_data_info(idx)
        info.update(self.clips.facts(self.media_name(info['clip'])))
        return info

    def get_cat_ids(self, idx: int) -> list[int]:
        """The classes of a clip, for samplers and mmengine's data set wrappers."""
        label = super().get_data_info(idx)['label']
        if isinstance(label, list):
            return [i for i, has in enumerate(label) if has]
        return [label]

    @property
    def listed_as(self) -> str:
        """The authors' subset that has the clips: the authors have no ``'val'``."""
        return 'train' if self.subset == 'val' else self.subset

    @abstractmethod
    def media_name(self, clip: str) -> str:
        """Path of a clip's folder or file below the media folder."""

    def stratum(self, entry: dict) -> Hashable:
        """The stratum of a clip for the validation part: its class."""
        label = entry['label']
        return tuple(label) if isinstance(label, list) else label

    def filter_data(self) -> list[dict]:
        """Excludes the clips that are too short, if the pipeline asks for it."""
        transforms = self.pipeline.transforms
        needed = max((getattr(t, 'min_frames', 1) for t in transforms), default=1)
        if needed <= 1:
            return self.data_list
        # A clip without frames is damaged and stays in the list.
        counts = [
            self.clips.num_frames(self.media_name(entry['clip'])) or needed
            for entry in self.data_list
        ]
        kept = [e for e, n in zip(self.data_list, counts, strict=True) if n >= needed]
        excluded = len(counts) - len(kept)
        if not kept:
            raise DataError(
                f'All {excluded} clips in {self.split_file} have fewer than {needed} '
                "frames; take another policy than short_clip='exclude'."
            )
        if excluded:
            self.warn(
                f'{excluded} of the {len(counts)} clips in {self.split_file} have '
                f"fewer than {needed} frames and are excluded (short_clip='exclude'): "
                'results are not those of the whole list.'
            )
        self._metainfo['excluded'] = excluded
        return kept

    @staticmethod
    def say(message: str) -> None:
        """Writes a line to the log."""
        print_log(message, logger='current')

    @staticmethod
    def warn(message: str) -> None:
        """Writes a warning to the log."""
        print_log(message, logger='current', level=WARNING)
