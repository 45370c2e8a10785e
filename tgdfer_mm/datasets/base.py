"""What the three benchmarks share: arguments, lists and labels."""

from abc import abstractmethod
from collections.abc import Callable, Hashable, Iterator, Sequence
from pathlib import Path
from typing import ClassVar

from .errors import SplitFileError
from .labels import load_classes
from .located import LocatedDataset
from .shared_names import SharedNames
from .text_files import read_lines
from .validation import validation_clips

SUBSETS = ('train', 'val', 'test')


class DFERDataset(LocatedDataset):
    """Clips of one subset (and fold) of a facial expression benchmark.

    Every listed clip stays in the data set, absent from the disk or not; see
    :class:`~tgdfer_mm.datasets.stand_in.StandInDataset` for what stands in for it.

    Args:
        data_root: Root folder of the data set.
        subset: ``'train'``, ``'val'`` (the part of the training clips that `val_part`
            sets aside) or ``'test'``.
        fold: Number of the fold, from 1; None means the first one, or none at all
            for a data set that has a single split.
        media: ``'frames'`` (folders of pictures) or ``'videos'`` (video files).
        pixel_version: Which rendition of the clips, a key of ``FOLDERS[media]``;
            its first one by default. Any name will do together with `media_dir`.
        media_dir: Folder of the clips, or a file that ``tgdfer data pack`` has made
            of one (see :mod:`~tgdfer_mm.datasets.packed`); absolute or below
            `data_root`; by default the
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

    LABEL_SET: ClassVar[str]
    SETTINGS: ClassVar[tuple[str, ...]] = ('single',)
    ENCODINGS: ClassVar[tuple[str, ...]] = ('utf-8-sig',)  # of the split files
    FOLDS: ClassVar[int | None]

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
        self.media_dir = root / (media_dir or self.find_media(root))
        self.split_file = root / (split_file or self.find_split(root))
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

    def stratum(self, entry: dict) -> Hashable:
        """What the validation part has the same share of: the clip's class."""
        label = entry['label']
        return tuple(label) if isinstance(label, list) else label

    def annotate(self, entries: list[dict]) -> None:
        """Adds to the listed clips, in place, what else is known of them."""

    # Reading the list.

    def get_cat_ids(self, idx: int) -> list[int]:
        """The classes of a clip, for samplers and mmengine's data set wrappers."""
        label = super().get_data_info(idx)['label']
        if isinstance(label, list):
            return [i for i, has in enumerate(label) if has]
        return [label]

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
        self.check_paths()
        entries = self.read_list()
        if self.val_part:
            entries = self._cut(entries)
        self.annotate(entries)
        self.reported = SharedNames([entry['clip'] for entry in entries])
        self.check_absent(
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
