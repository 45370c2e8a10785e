"""What all data sets of clips have in common, whatever their lists look like."""

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
    """Data that are not where they are looked for; the message says where that is."""

    exit_code = 2  # of a command


class ClipDataset(BaseDataset, ABC):
    """Clips of one subset (and fold).

    A subclass fills the list. Where the clips come from is a matter of
    :mod:`~tgdfer_mm.datasets.clip_sources`, what stands in for one that cannot be read
    one of :mod:`~tgdfer_mm.datasets.damaged_clips`.

    Args:
        data_root: Root folder of the data set.
        subset: ``'train'``, ``'val'`` (a part of the training clips) or ``'test'``.
        pipeline: Transforms, ending in ``PackActionInputs``.
        test_mode: Whether damaged clips are kept; by default in all subsets but the
            training clips.
        metainfo: Entries added to the data set's own meta information or put in
            their place, e.g. ``dict(dataset=...)`` to name generated data.
        **kwargs: Further arguments of mmengine's ``BaseDataset``.

    Attributes:
        media_dir: Folder of the clips, or a packed file.
        split_file: The list of the clips.
        classes: Names of the classes, in the order of the labels.
        clips: Where the clips come from, once the list is read.
        damaged: What happens to damaged clips, also an object of its own.
    """

    NAME: ClassVar[str]
    FOLDS: ClassVar[int | None]  # the most that there are

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
        # Not through BaseDataset, which takes every string for a file to read.
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
        """How many folds there are with these arguments; None for a single split."""
        return cls.FOLDS

    @staticmethod
    def check_subset(subset: str, val_part: float) -> None:
        """Refuses a subset that does not exist, or not with this validation part."""
        if subset not in SUBSETS:
            raise DataError(f'subset must be in {SUBSETS}, not {subset!r}.')
        if (subset == 'val' and not val_part) or (subset == 'test' and val_part):
            raise DataError(
                f'subset={subset!r} with val_part={val_part}: val_part is the share of '
                "the training clips that makes subset='val'; test clips have none."
            )

    # Giving a clip.

    def __getitem__(self, idx: int) -> Any:
        """The clip after the pipeline, or what stands in for a damaged one.

        Raises:
            RuntimeError: No clip at all can be read.
        """
        try:
            return self.prepare_data(idx)
        except DamagedClipError as err:
            return self.damaged.stand_in(self, idx, err)

    def get_data_info(self, idx: int) -> dict:
        """What is known of a clip, the names of its frames included."""
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
        """The authors' subset that lists the clips: they have no ``'val'``."""
        return 'train' if self.subset == 'val' else self.subset

    @abstractmethod
    def media_name(self, clip: str) -> str:
        """Path of a clip's folder or file below the media folder."""

    def stratum(self, entry: dict) -> Hashable:
        """What the validation part has the same share of: the clip's class."""
        label = entry['label']
        return tuple(label) if isinstance(label, list) else label

    def filter_data(self) -> list[dict]:
        """Excludes the clips that are too short for the pipeline, if it says so."""
        transforms = self.pipeline.transforms
        needed = max((getattr(t, 'min_frames', 1) for t in transforms), default=1)
        if needed <= 1:
            return self.data_list
        # A clip without frames is a damaged one and keeps its place.
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
                'the numbers are not those of the whole list.'
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
