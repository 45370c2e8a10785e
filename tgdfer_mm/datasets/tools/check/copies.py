"""The copy of a data set that is checked, read by its data set class."""

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path

from ...cremad import CREMADDataset
from ...dfer_dataset import DFERDataset
from ...dfew import DFEWDataset
from ...enterface05 import ENTERFACE05Dataset
from ...ferv39k import FERV39kDataset
from ...known_layouts import AmbiguousPlaceError, Found, find_file, find_media
from ...lists_of_others import Reading
from ...mafw import MAFWDataset
from ...ravdess import RAVDESSDataset
from .findings import Findings

_CLASSES = (
    *(DFEWDataset, FERV39kDataset, MAFWDataset),
    *(CREMADDataset, RAVDESSDataset, ENTERFACE05Dataset),
)
DATASETS: dict[str, type[DFERDataset]] = {cls.ALIASES: cls for cls in _CLASSES}


@dataclass(frozen=True)
class ClipList:
    """The clips of one subset.

    Attributes:
        setting: Key of ``lists`` in the facts.
        fold: Number of the fold; None if there are no folds.
        subset: ``'train'`` or ``'test'``.
        path: The file.
        labels: Label of each clip, from 0.
        base: The smallest label as written; None if labels are words.
        label_set: Name of the file in ``label_sets/`` with the classes.
        reading: Its interpretation, if it is a list of another project.
    """

    setting: str
    fold: int | None
    subset: str
    path: Path
    labels: dict[str, int]
    base: int | None
    label_set: str
    reading: Reading | None = None

    def __str__(self) -> str:
        fold = f' of fold {self.fold}' if self.fold else ''
        return f'{self.setting}: {self.subset}{fold}'


@dataclass
class Copy:
    """A user's copy of a data set.

    Attributes:
        name: A key of :data:`DATASETS`.
        root: Its root folder.
        facts: The expected facts, see :func:`~.facts.expected`.
        split_file: Path of the lists, if stated, with ``{subset}`` and ``{fold}`` in
            the place of these values.
        label_base: Number of the first class in the lists, if it is stated.
        list_order: Order of the classes in them, if it is stated.
        findings: The findings, to which the checks add.
    """

    name: str
    root: Path
    facts: dict
    split_file: str | None = None
    label_base: int | None = None
    list_order: str | None = None
    findings: Findings = field(default_factory=Findings)

    def __post_init__(self) -> None:
        self.cls = DATASETS[self.name]
        if 'label_set' in self.facts:
            own = {'LABEL_SET': self.facts['label_set']}
            self.cls = type(self.cls.__name__, (self.cls,), own)

    def dataset(self, subset: str, fold: int | None, **options) -> DFERDataset:
        """The data set of this copy, before anything is read."""
        # The search for places is done here, so that a doubt becomes a finding.
        places = dict(media_dir='.')
        if self.cls.LISTED:
            places.update(split_file='.', label_base=self.label_base)
        if self.cls.LISTED and 'setting' not in options:  # others have other classes
            places.update(list_order=self.list_order)
        return self.cls(
            str(self.root), subset, fold, lazy_init=True, **{**places, **options}
        )

    def read_lists(self, setting: str) -> list[ClipList]:
        """Reads all lists of a setting, and reports their errors."""
        fact = self.facts['lists'][setting]
        main = setting == next(iter(self.facts['lists']))
        if self.split_file and not main:
            return []
        places, missing = [], []
        for fold, subset in product(fact['folds'], ('train', 'test')):
            options = fact.get('options', {})
            dataset = self.dataset(subset, int(fold) if fold else None, **options)
            found = self._place(dataset, fact.get('fields', {}))
            if found:
                places.append((dataset, found.path))
            else:
                missing.append(self._stated(dataset) or dataset.default_split_file())
        if main or places:
            self.findings.add('list-missing', missing, setting=setting, root=self.root)
        read = [self._read(setting, *place) for place in places]
        return [each for each in read if each]

    def _stated(self, dataset: DFERDataset) -> str | None:
        """The path of a list, from the user's pattern."""
        if not self.split_file:
            return None
        named = self.split_file.replace('{subset}', dataset.subset)
        return named.replace('{fold}', str(dataset.fold))

    def _place(self, dataset: DFERDataset, fields: dict) -> Found | None:
        stated = self._stated(dataset)
        if stated:
            path = self.root / stated
            return Found(path, path) if path.is_file() else None
        own = '' if fields else dataset.default_split_file()
        fields = {**dataset.split_fields(), **fields}
        found = self._find('list', 'split_file', find_file, 'split', own, **fields)
        return found if found and found.path.is_file() else None

    def _find(
        self, what: str, option: str, find: Callable[..., Found], *args, **fields
    ) -> Found | None:
        """A place, or None if it is not clear; a doubt is reported."""
        try:
            found = find(self.cls.ALIASES, self.root, *args, **fields)
        except AmbiguousPlaceError as err:
            self.findings.add(f'{what}-ambiguous', err.places, problem=err)
            return None
        remark = found.remark(option)
        self.findings.add(f'{what}-copies', found.others, remark=remark)
        return found

    def _read(self, setting: str, dataset: DFERDataset, path: Path) -> ClipList | None:
        dataset.split_file = path
        dataset.say = lambda text: None  # it becomes a finding
        dataset.warn = lambda text: self.findings.add(
            'list-remark', [path], remark=text
        )
        try:
            entries = dataset.read_list()
        except (ValueError, OSError) as err:
            self.findings.add('list-unreadable', [path], problem=err)
            return None
        return ClipList(
            setting,
            dataset.fold,
            dataset.subset,
            path,
            {entry['clip']: entry['label'] for entry in entries},
            dataset.label_base,
            dataset.label_set,
            dataset.reading,
        )

    def places(self) -> dict[tuple[str, str], Path]:
        """The folders that exist, by media and pixel version."""
        there = {}
        for media, folders in self.cls.FOLDERS.items():
            for version, own in folders.items():
                place = (media, version, own)
                found = self._find('media', 'media_dir', find_media, *place)
                if found and found.path.is_dir():
                    there[media, version] = found.path
        return there
