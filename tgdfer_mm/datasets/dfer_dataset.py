"""The base class of the benchmarks' data sets."""

import re
import sys
from abc import abstractmethod
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import ClassVar

from ..labels.classes import found_near, is_path, load_classes
from ..run_config.pipelines import check_readers
from .clip_dataset import SUBSETS, MissingDataError
from .clip_sources import open_clips, path_key
from .damaged_clips import DamagedClips
from .lists_of_others import (
    Reading,
    describe_other_lengths,
    read_list_of_others,
)
from .peer_orders import known_orders
from .placed_dataset import PlacedDataset
from .text_files import DataError, EmptySplitFileError, SplitFileError, read_lines
from .validation_part import validation_clips

__all__ = ['SUBSETS', 'DFERDataset', 'MissingDataError']


class DFERDataset(PlacedDataset):
    """Base class of benchmark data sets of dynamic facial expressions.

    It has the clips of one subset (and fold). Every listed clip stays in the data set,
    whether or not it is on the disk. See
    :class:`~tgdfer_mm.datasets.clip_dataset.ClipDataset` for the rest.

    Args:
        data_root: Root folder of the data set.
        subset: ``'train'``, ``'val'`` (the share `val_part` of the training clips) or
            ``'test'``.
        fold: Number of the fold, from 1; None means the first one, or no fold for a
            data set with a single split.
        media: ``'frames'`` (folders of pictures) or ``'videos'`` (video files). The
            pipeline has to fit; the option ``--media`` changes both.
        pixel_version: Name of the rendition of the clips, a key of ``FOLDERS[media]``;
            the first one by default. With `media_dir` it can be any name.
        media_dir: Folder of the clips, or a file that ``tgdfer data pack`` has made
            from it (see :mod:`~tgdfer_mm.clips.pack`); absolute or below `data_root`.
            By default the authors' folder, or another known place of it, see
            :mod:`~tgdfer_mm.datasets.known_layouts`.
        split_file: The list of clips, found in the same way. Lists of other projects
            can be read too, see :mod:`~tgdfer_mm.datasets.peer_lists`.
        setting: Kind of the labels: ``'single'``, or another of the data set's
            ``SETTINGS``.
        label_order: Name of another order of the classes than the label set's own, see
            its file in ``label_sets/``. Labels are matched by class name.
        label_base: The number of the first class in the list, 0 or 1, for a list that
            does not show it.
        list_order: The order of the classes in a list of another project that does
            not show it: ``'own'``, a name as for `label_order`, or the names of all
            classes. The labels that the data set gives do not depend on it.
        val_part: Share of the training clips that are used for validation and not for
            training, see :func:`~tgdfer_mm.datasets.validation_part.validation_clips`.
            Give the same value to the data sets of both subsets.
        pipeline: Transforms, ending in ``PackActionInputs``.
        **kwargs: As for :class:`~tgdfer_mm.datasets.clip_dataset.ClipDataset`.

    Attributes:
        label_base: The number of the first class in the list, after reading; None if
            the list has class names.
        reading: The interpretation of a list of another project; None for one of the
            authors.

    Raises:
        ValueError: If the data set does not know an argument.
        FileNotFoundError: If the root, the split file, the media folder, or every clip
            is missing.
        AmbiguousPlaceError: If the authors' own place is absent, and more than one
            other known place could be meant.
        SplitFileError: If a line of the split file is not in the authors' format.
    """

    LABEL_SET: ClassVar[str]
    SETTINGS: ClassVar[tuple[str, ...]] = ('single',)
    ENCODINGS: ClassVar[tuple[str, ...]] = ('utf-8-sig',)  # of the split files
    PATH_OF_CLIP: ClassVar[re.Pattern | None] = None  # in lists of others, if any

    label_base: int | None = None
    reading: Reading | None = None

    def __init__(
        self,
        data_root: str,
        subset: str,
        fold: int | None = None,
        media: str = 'frames',
        pixel_version: str | None = None,
        media_dir: str | None = None,
        split_file: str | None = None,
        setting: str = 'single',
        label_order: str | None = None,
        label_base: int | None = None,
        list_order: str | Sequence[str] | None = None,
        val_part: float = 0.0,
        pipeline: Sequence[dict | Callable] = (),
        **kwargs,
    ) -> None:
        self.check_subset(subset, val_part)
        if setting not in self.SETTINGS:
            raise DataError(
                f'{self.NAME} has setting in {list(self.SETTINGS)}, not {setting!r}.'
            )
        if label_base not in (None, 0, 1):
            raise DataError(f'label_base must be 0 or 1, not {label_base!r}.')
        self.stated_base = label_base
        self.list_order = list_order
        self.subset = subset
        self.setting = setting
        known_orders(self.listed_label_set, list_order)
        self.val_part = val_part
        self.fold = self._check_fold(fold)
        if media not in self.FOLDERS:
            raise DataError(f'media must be in {list(self.FOLDERS)}, not {media!r}.')
        self.media = media
        check_readers(media, pipeline)
        folders = self.FOLDERS[media]
        self.pixel_version = pixel_version or next(iter(folders))
        if media_dir is None and self.pixel_version not in folders:
            raise DataError(
                f'{self.NAME} has no {media} of pixel_version={pixel_version!r}, only '
                f'{list(folders)}; say where your own are with media_dir.'
            )
        root = Path(data_root).expanduser().absolute()
        self.media_dir = root / (media_dir or self.find_media(root))
        self.pixel_version = self.name_pixels()
        self.split_file = root / (split_file or self.find_split(root))
        self.classes = load_classes(self.label_set, label_order, _file_of(type(self)))
        super().__init__(str(root), subset, pipeline, **kwargs)

    # Facts that a data set class has to state.

    @property
    def label_set(self) -> str:
        """The label set of this setting: a name, or the path of a file.

        See :func:`~tgdfer_mm.labels.classes.load_classes`. A relative path starts from
        the folder of the module that the class is in.
        """
        return self.LABEL_SET

    @abstractmethod
    def read_split(self, lines: list[str]) -> Iterator[tuple[int, str, str]]:
        """Reads the lines of the split file.

        Args:
            lines: All lines, without their ends.

        Yields:
            Line number (from 1), clip name and class name of every clip.
        """

    def name_pixels(self) -> str:
        """Name of the pixel version, once the folder of the clips is known."""
        return self.pixel_version

    # Facts for reading lists of other projects.

    @property
    def listed_label_set(self) -> str:
        """The label set whose classes the list names; a path is absolute."""
        name = self.label_set
        return str(found_near(name, _file_of(type(self)))) if is_path(name) else name

    def in_authors_format(self, lines: list[str]) -> bool:
        """Tells whether a list is the authors' although it looks like another one."""
        return False

    def header_says_order(self, lines: list[str]) -> bool:
        """Tells whether the header of the list implies the authors' class order."""
        return False

    def clip_of_path(self, match: re.Match) -> str | None:
        """The clip that a path names, from the match of `PATH_OF_CLIP`."""
        return match[1]

    def class_of_clip(self, clip: str) -> str | None:
        """The class in a clip's name, if names contain it."""
        return None

    def wanted(self, clip: str) -> bool:
        """Tells whether a listed clip is kept."""
        return True

    def annotate(self, entries: list[dict]) -> None:
        """Adds further information to the listed clips, in place."""

    # Reading of the list.

    def load_data_list(self) -> list[dict]:
        """Lists the clips of the split file, even absent ones, and opens them."""
        self.check_places()
        entries = self.read_list()
        if self.val_part:
            entries = self._cut(entries)
        self.annotate(entries)
        places = {entry['clip']: self.media_name(entry['clip']) for entry in entries}
        self.damaged = DamagedClips(list(places))
        self.clips = open_clips(
            self.media,
            self.media_dir,
            self.data_root,
            self.NAME,
            self.pixel_version,
            depth=next(iter(places.values())).count('/') + 1,
        )
        missing = self.clips.absent(places.values())
        if len(missing) == len(entries):
            raise MissingDataError(
                f'None of the {len(entries)} clips in {self.split_file} is in '
                f'{self.media_dir}; the first one should be '
                f'{entries[0][path_key(self.media)]}. '
                f'Check data_root, media={self.media!r} and '
                f'pixel_version={self.pixel_version!r}.'
            )
        other_lengths = describe_other_lengths(self, entries)
        if other_lengths:
            self.warn(other_lengths)
        if missing:
            absent = [clip for clip, place in places.items() if place in missing]
            self.damaged.report_absent(self, absent)
        return entries

    def read_list(self) -> list[dict]:
        """Reads the whole split file, without looking for clips."""
        lines = read_lines(self.split_file, self.ENCODINGS)
        key = path_key(self.media)
        entries: list[dict] = []
        first_line: dict[str, int] = {}
        for number, clip, name in self._read(lines):
            if clip in first_line:
                raise self.bad_line(
                    lines, number, f'clip {clip} is already in line {first_line[clip]}'
                )
            first_line[clip] = number
            if not self.wanted(clip):
                continue
            path = str(self.media_dir / self.media_name(clip))
            entry = dict(clip=clip, label=self.label_of(name, lines, number))
            entry.update(line=number, modality='RGB', start_index=0)
            entries.append({**entry, key: path})
        if not entries:
            raise EmptySplitFileError(
                f'{self.split_file} lists no clip; name the right file with split_file.'
            )
        return entries

    def _read(self, lines: list[str]) -> Iterable[tuple[int, str, str]]:
        """The rows of the list, in the authors' format or another project's."""
        if self.PATH_OF_CLIP is None or self.in_authors_format(lines):
            return self.read_split(lines)
        found = read_list_of_others(self, lines)
        if found is None:
            return self.read_split(lines)
        self.reading, rows = found
        self.label_base = self.reading.numbering.base
        return rows

    def _cut(self, entries: list[dict]) -> list[dict]:
        chosen = validation_clips(
            [entry['clip'] for entry in entries],
            [self.stratum(entry) for entry in entries],
            self.val_part,
        )
        return [e for e in entries if (e['clip'] in chosen) == (self.subset == 'val')]

    def bad_line(self, lines: list[str], number: int, problem: str) -> SplitFileError:
        """The error for a line (numbered from 1) of the split file."""
        content = lines[number - 1] if number <= len(lines) else ''
        return SplitFileError(self.split_file, number, content, problem)

    def label_of(self, name: str, lines: list[str], number: int) -> int | list[int]:
        """Label of a class name in a line of the split file.

        Returns:
            The index of the class; 0 or 1 for each class where a clip has several.
        """
        if name not in self.classes:
            raise self.bad_line(
                lines,
                number,
                f'unknown class {name!r}, {self.NAME} has {list(self.classes)}',
            )
        return self.classes.index(name)

    def _check_fold(self, fold: int | None) -> int | None:
        if self.FOLDS is None:
            if fold is not None:
                raise DataError(
                    f'{self.NAME} has one fixed split and no folds, but fold={fold!r} '
                    'was given; leave it out.'
                )
            return None
        if fold is None:
            return 1
        if type(fold) is not int or not 1 <= fold <= self.FOLDS:
            raise DataError(f'fold must be 1 to {self.FOLDS}, not {fold!r}.')
        return fold


def _file_of(kind: type) -> str | None:
    return getattr(sys.modules.get(kind.__module__), '__file__', None)
