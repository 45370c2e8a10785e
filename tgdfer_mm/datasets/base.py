"""What the three benchmarks share: paths, lists and checks."""

import os
from abc import ABC, abstractmethod
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import ClassVar

from .clip_index import ClipIndex, open_index
from .errors import DamagedClipError, SplitFileError
from .folders import Found, find_file, find_media
from .labels import load_classes
from .progress import track
from .shared_names import SharedNames
from .stand_in import StandInDataset
from .text_files import read_lines
from .transforms.videos import OpenVideo
from .validation import validation_clips

SUBSETS = ('train', 'val', 'test')


class DFERDataset(StandInDataset, ABC):
    """Clips of one subset (and fold) of a facial expression benchmark.

    Every listed clip stays in the data set, absent from the disk or not; see
    :class:`StandInDataset` for what stands in for it.

    Args:
        data_root: Root folder of the data set.
        subset: ``'train'``, ``'val'`` (the part of the training clips that `val_part`
            sets aside) or ``'test'``.
        fold: Number of the fold, from 1; None means the first one, or none at all
            for a data set that has a single split.
        media: ``'frames'`` (folders of pictures) or ``'videos'`` (video files).
        pixel_version: Which rendition of the clips, a key of ``FOLDERS[media]``;
            its first one by default. Any name will do together with `media_dir`.
        media_dir: Folder of the clips, absolute or below `data_root`; by default the
            authors', or a place that copies are known to use for it, see
            :mod:`~tgdfer_mm.datasets.folders`.
        split_file: The list of clips, likewise.
        setting: ``'single'``, or another of the data set's ``SETTINGS``: what its
            clips are labelled with.
        label_order: Name of another order of the classes than the label set's own,
            see its file in ``label_sets/``. Labels follow the names.
        val_part: Share of the training clips that validates and does not train, see
            :func:`~tgdfer_mm.datasets.validation.validation_clips`. Give it to the
            data sets of both subsets.
        pipeline: Transforms, ending in ``PackActionInputs``.
        test_mode: Whether damaged clips are kept; by default in all subsets but the
            training clips.
        metainfo: Entries added to the data set's own meta information or put in
            their place, e.g. ``dict(dataset=...)`` to name generated data.
        **kwargs: Further arguments of mmengine's ``BaseDataset``.

    Raises:
        ValueError: An argument the data set does not know.
        FileNotFoundError: The root, the split file, the media folder, or every
            single clip is missing.
        AmbiguousPlaceError: The authors' own place is absent, and more than one other
            known place could be meant.
        SplitFileError: A line of the split file is not in the authors' format.
    """

    NAME: ClassVar[str]
    LABEL_SET: ClassVar[str]
    SETTINGS: ClassVar[tuple[str, ...]] = ('single',)
    ENCODINGS: ClassVar[tuple[str, ...]] = ('utf-8-sig',)  # of the split files
    REQUEST: ClassVar[str]  # where the authors hand out the data
    FOLDS: ClassVar[int | None]
    FOLDERS: ClassVar[dict[str, dict[str, str]]]  # media -> pixel version -> folder
    ALIASES: ClassVar[str | None] = None  # file in aliases/: other names of folders

    index: ClipIndex | None = None  # of the frame folder, once the list is read

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
        val_part: float = 0.0,
        pipeline: Sequence[dict | Callable] = (),
        test_mode: bool | None = None,
        metainfo: dict | None = None,
        **kwargs,
    ) -> None:
        if subset not in SUBSETS:
            raise ValueError(f'subset must be in {SUBSETS}, not {subset!r}.')
        if (subset == 'val' and not val_part) or (subset == 'test' and val_part):
            raise ValueError(
                f'subset={subset!r} with val_part={val_part}: val_part is the share of '
                "the training clips that makes subset='val'; test clips have none."
            )
        if setting not in self.SETTINGS:
            raise ValueError(
                f'{self.NAME} has setting in {list(self.SETTINGS)}, not {setting!r}.'
            )
        self.subset = subset
        self.setting = setting
        self.val_part = val_part
        self.fold = self._check_fold(fold)
        if media not in self.FOLDERS:
            raise ValueError(f'media must be in {list(self.FOLDERS)}, not {media!r}.')
        self.media = media
        folders = self.FOLDERS[media]
        self.pixel_version = pixel_version or next(iter(folders))
        if media_dir is None and self.pixel_version not in folders:
            raise ValueError(
                f'{self.NAME} has no {media} of pixel_version={pixel_version!r}, only '
                f'{list(folders)}; say where your own are with media_dir.'
            )
        root = Path(data_root).expanduser().absolute()
        self.media_dir = root / (media_dir or self._find_media(root))
        self.split_file = root / (split_file or self._find_split(root))
        self.classes = load_classes(self.label_set, label_order)
        super().__init__(
            data_root=str(root),
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

    # What a data set has to say about itself.

    @property
    def listed_as(self) -> str:
        """The authors' subset that lists the clips: they have no ``'val'``."""
        return 'train' if self.subset == 'val' else self.subset

    @property
    def label_set(self) -> str:
        """The file in ``label_sets/`` that has the classes of this setting."""
        return self.LABEL_SET

    @abstractmethod
    def default_split_file(self) -> str:
        """The authors' path of the split file below the root."""

    def split_fields(self) -> dict:
        """What the names of split files in ``aliases/`` vary with."""
        return dict(subset=self.listed_as, fold=self.fold)

    @abstractmethod
    def read_split(self, lines: list[str]) -> Iterator[tuple[int, str, str]]:
        """Reads the lines of the split file.

        Args:
            lines: All lines, without their ends.

        Yields:
            Line number (from 1), clip name and class name of every clip.
        """

    @abstractmethod
    def media_name(self, clip: str) -> str:
        """Path of a clip's folder or file below the media folder."""

    def stratum(self, entry: dict) -> Hashable:
        """What the validation part has the same share of: the clip's class."""
        label = entry['label']
        return tuple(label) if isinstance(label, list) else label

    def annotate(self, entries: list[dict]) -> None:
        """Adds to the listed clips, in place, what else is known of them."""

    # Reading the list.

    def get_data_info(self, idx: int) -> dict:
        """What is known of a clip, the names of its frames included."""
        info = super().get_data_info(idx)
        if self.index is not None:
            clip = self.media_name(info['clip'])
            if clip in self.index:
                info['frame_names'] = self.index.frames(clip)
        return info

    def get_cat_ids(self, idx: int) -> list[int]:
        """The classes of a clip, for samplers and mmengine's data set wrappers."""
        label = super().get_data_info(idx)['label']
        if isinstance(label, list):
            return [i for i, has in enumerate(label) if has]
        return [label]

    def count_frames(self, entry: dict) -> int:
        """How many frames a listed clip has; 0 if it cannot be read."""
        if self.media == 'frames':
            clip = self.media_name(entry['clip'])
            return self.index.num_frames(clip) if clip in self.index else 0
        try:
            return OpenVideo()(dict(entry))['total_frames']
        except DamagedClipError:
            return 0

    def filter_data(self) -> list[dict]:
        """Excludes the clips that are too short for the pipeline, if it says so."""
        transforms = self.pipeline.transforms
        needed = max((getattr(t, 'min_frames', 1) for t in transforms), default=1)
        if needed <= 1:
            return self.data_list
        # A clip without frames is a damaged one and keeps its place.
        counts = [self.count_frames(entry) or needed for entry in self.data_list]
        kept = [e for e, n in zip(self.data_list, counts, strict=True) if n >= needed]
        excluded = len(counts) - len(kept)
        if not kept:
            raise ValueError(
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

    def load_data_list(self) -> list[dict]:
        """Lists the clips of the split file, present or not."""
        self._check_paths()
        entries = self.read_list()
        if self.val_part:
            entries = self._cut(entries)
        self.annotate(entries)
        self.reported = SharedNames([entry['clip'] for entry in entries])
        self._check_absent(
            entries, 'frame_dir' if self.media == 'frames' else 'filename'
        )
        return entries

    def read_list(self) -> list[dict]:
        """Reads the split file; looks for no clip, and cuts off no validation part."""
        lines = read_lines(self.split_file, self.ENCODINGS)
        key = 'frame_dir' if self.media == 'frames' else 'filename'
        entries: list[dict] = []
        first_line: dict[str, int] = {}
        for number, clip, name in self.read_split(lines):
            if clip in first_line:
                raise self.bad_line(
                    lines, number, f'clip {clip} is already in line {first_line[clip]}'
                )
            first_line[clip] = number
            path = str(self.media_dir / self.media_name(clip))
            entry = dict(clip=clip, label=self.label_of(name, lines, number))
            entry.update(line=number, modality='RGB', start_index=0)
            entries.append({**entry, key: path})
        if not entries:
            raise ValueError(f'{self.split_file} lists no clip.')
        return entries

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
        """Label of a class name that stands in a line of the split file.

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
                raise ValueError(
                    f'{self.NAME} has one fixed split and no folds, but fold={fold!r} '
                    'was given; leave it out.'
                )
            return None
        if fold is None:
            return 1
        if type(fold) is not int or not 1 <= fold <= self.FOLDS:
            raise ValueError(f'fold must be 1 to {self.FOLDS}, not {fold!r}.')
        return fold

    def _find_media(self, root: Path) -> Path | str:
        own = self.FOLDERS[self.media][self.pixel_version]
        if self.ALIASES is None:
            return own
        found = find_media(self.ALIASES, root, self.media, self.pixel_version, own)
        return self._stated(found, 'media_dir')

    def _find_split(self, root: Path) -> Path | str:
        own = self.default_split_file()
        if self.ALIASES is None:
            return own
        found = find_file(self.ALIASES, root, 'split', own, **self.split_fields())
        return self._stated(found, 'split_file')

    def _stated(self, found: Found, option: str) -> Path:
        remark = found.remark(option)
        if remark:
            self.warn(f'{self.NAME}: {remark}')
        return found.path

    def _check_paths(self) -> None:
        wanted = {
            'data_root': Path(self.data_root),
            'split file': self.split_file,
            f'{self.media} ({self.pixel_version})': self.media_dir,
        }
        if all(path.exists() for path in wanted.values()):
            return
        looked = '\n'.join(
            f'  {"found  " if path.exists() else "missing"} {what}: {path}'
            for what, path in wanted.items()
        )
        raise FileNotFoundError(
            f'{self.NAME} is not complete. Looked for\n{looked}\n'
            f'{self.NAME} is licensed on request: {self.REQUEST}. If you have it, '
            'unpack its archives and set data_root, or media_dir and split_file if '
            'your folders have other names.'
        )

    def _check_absent(self, entries: list[dict], key: str) -> None:
        if self.media == 'frames':
            absent = self._without_folder(entries)
        else:
            absent = self._without_file(entries, key)
        if len(absent) == len(entries):
            raise FileNotFoundError(
                f'None of the {len(entries)} clips in {self.split_file} is in '
                f'{self.media_dir}; the first one should be {entries[0][key]}. '
                f'Check data_root, media={self.media!r} and '
                f'pixel_version={self.pixel_version!r}.'
            )
        if absent:
            fate = 'count as wrong' if self.test_mode else 'are replaced by others'
            self.warn(
                f'{len(absent)} of the {len(entries)} clips in {self.split_file} are '
                f'not in {self.media_dir} and {fate}: {_first_names(absent)}.'
            )
            for clip in absent:
                self.reported.add(clip)

    def _without_folder(self, entries: list[dict]) -> set[str]:
        # None of a million files is listed again unless its folder has changed.
        depth = self.media_name(entries[0]['clip']).count('/') + 1
        what = f'Listing the frames of {self.NAME}'
        self.index = open_index(
            self.media_dir, depth, self.data_root, track=partial(track, what=what)
        )
        clips = (entry['clip'] for entry in entries)
        return {clip for clip in clips if self.media_name(clip) not in self.index}

    @staticmethod
    def _without_file(entries: list[dict], key: str) -> set[str]:
        # One listing per parent folder: a stat per clip takes minutes on a network
        # file system.
        by_parent: dict[str, list[dict]] = defaultdict(list)
        for entry in entries:
            by_parent[os.path.dirname(entry[key])].append(entry)
        absent = set()
        for parent, children in by_parent.items():
            there = set(os.listdir(parent)) if os.path.isdir(parent) else set()
            absent |= {
                e['clip'] for e in children if os.path.basename(e[key]) not in there
            }
        return absent


def _first_names(clips: set[str], limit: int = 5) -> str:
    names = sorted(clips)
    return ', '.join(names[:limit]) + (', ...' if len(names) > limit else '')
