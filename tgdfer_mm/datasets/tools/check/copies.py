"""The copy of a data set that is checked, read through its data set class."""

from dataclasses import dataclass, field
from pathlib import Path

from ...dfer_dataset import DFERDataset
from ...dfew import DFEWDataset
from ...ferv39k import FERV39kDataset
from ...known_layouts import AmbiguousPlaceError, Found, find_file, find_media
from ...mafw import MAFWDataset
from .findings import Findings

DATASETS: dict[str, type[DFERDataset]] = {
    'dfew': DFEWDataset,
    'ferv39k': FERV39kDataset,
    'mafw': MAFWDataset,
}


@dataclass(frozen=True)
class ClipList:
    """The clips of one subset.

    Attributes:
        setting: Key of the facts' ``lists``.
        fold: Number of the fold; None if there are none.
        subset: ``'train'`` or ``'test'``.
        path: The file.
        labels: Label of each clip, from 0.
        base: The smallest label as written; None if labels are words.
        label_set: The file in ``label_sets/`` that has the classes.
    """

    setting: str
    fold: int | None
    subset: str
    path: Path
    labels: dict[str, int]
    base: int | None
    label_set: str

    def __str__(self) -> str:
        fold = f' of fold {self.fold}' if self.fold else ''
        return f'{self.setting}: {self.subset}{fold}'


@dataclass
class Copy:
    """A user's copy of a data set.

    Attributes:
        name: ``'dfew'``, ``'ferv39k'`` or ``'mafw'``.
        root: Its root folder.
        facts: What it should hold, see :func:`~.facts.expected`.
        findings: Where to report.
        label_base: Number of the first class in DFEW's lists, if it is stated.
    """

    name: str
    root: Path
    facts: dict
    findings: Findings = field(default_factory=Findings)
    label_base: int | None = None

    def __post_init__(self) -> None:
        self.cls = DATASETS[self.name]
        if 'label_set' in self.facts:
            own = {'LABEL_SET': self.facts['label_set']}
            self.cls = type(self.cls.__name__, (self.cls,), own)

    def dataset(self, subset: str, fold: int | None, **options) -> DFERDataset:
        """The data set class on this copy, with nothing read yet."""
        # The places are looked for here, where a doubt becomes a finding.
        places = dict(media_dir='.', split_file='.')
        if self.label_base is not None:
            places['label_base'] = self.label_base
        return self.cls(
            str(self.root), subset, fold, lazy_init=True, **{**places, **options}
        )

    def read_lists(self, setting: str) -> list[ClipList]:
        """Reads all lists of a setting; what is wrong with them is reported."""
        fact = self.facts['lists'][setting]
        wanted = [
            (int(fold) if fold else None, subset)
            for fold in fact['folds']
            for subset in ('train', 'test')
        ]
        places = {}
        for fold, subset in wanted:
            dataset = self.dataset(subset, fold, **fact.get('options', {}))
            found = self._place(dataset, fact.get('fields', {}))
            if found:
                places[fold, subset] = dataset, found
        missing = [w for w in wanted if w not in places]
        main = setting == next(iter(self.facts['lists']))
        if missing and (main or places):
            self._report_missing(setting, missing, fact)
        read = [self._read(setting, *key, *place) for key, place in places.items()]
        return [each for each in read if each]

    def _place(self, dataset: DFERDataset, fields: dict) -> Found | None:
        own = '' if fields else dataset.default_split_file()
        fields = {**dataset.split_fields(), **fields}
        try:
            found = find_file(self.cls.ALIASES, self.root, 'split', own, **fields)
        except AmbiguousPlaceError as err:
            self.findings.error(
                'list-ambiguous',
                str(err),
                'Keep the one you mean, or name it with split_file in the config.',
                err.places,
            )
            return None
        if found.others:
            self.findings.warning(
                'list-copies',
                found.remark('split_file'),
                'They differ: keep the one whose results you want to compare with.',
                found.others,
            )
        return found if found.path.is_file() else None

    def _report_missing(self, setting: str, missing: list, fact: dict) -> None:
        paths = []
        for fold, subset in missing:
            dataset = self.dataset(subset, fold, **fact.get('options', {}))
            paths.append(dataset.default_split_file())
        self.findings.error(
            'list-missing',
            f'{len(paths)} lists of the setting {setting!r} are missing below '
            f'{self.root}, under their own and all other known names.',
            "Unpack the authors' annotation archives there (`tgdfer data prepare`).",
            paths,
        )

    def _read(
        self,
        setting: str,
        fold: int | None,
        subset: str,
        dataset: DFERDataset,
        found: Found,
    ) -> ClipList | None:
        dataset.split_file = found.path
        dataset.warn = lambda text: self.findings.warning(
            'list-remark', text, "Compare the list with the authors'.", [found.path]
        )
        try:
            entries = dataset.read_list()
        except (ValueError, OSError) as err:
            self.findings.error(
                'list-unreadable',
                str(err),
                "Correct that, or take the list from the authors' archive.",
                [found.path],
            )
            return None
        return ClipList(
            setting,
            fold,
            subset,
            found.path,
            {entry['clip']: entry['label'] for entry in entries},
            getattr(dataset, 'label_base', None),
            dataset.label_set,
        )

    def places(self) -> dict[tuple[str, str], Path]:
        """The folders that exist, by media and pixel version."""
        there = {}
        for media, folders in self.cls.FOLDERS.items():
            for version, own in folders.items():
                found = self.media_place(media, version, own)
                if found and found.path.is_dir():
                    there[media, version] = found.path
        return there

    def media_place(self, media: str, version: str, own: str) -> Found | None:
        """Where a pixel version is, or None if that cannot be told."""
        try:
            found = find_media(self.cls.ALIASES, self.root, media, version, own)
        except AmbiguousPlaceError as err:
            self.findings.error(
                'media-ambiguous',
                str(err),
                'Keep one, or name it with media_dir in the config.',
                err.places,
            )
            return None
        if found.others:
            self.findings.warning(
                'media-copies',
                found.remark('media_dir'),
                'Make sure that both hold the same pixels.',
                found.others,
            )
        return found
