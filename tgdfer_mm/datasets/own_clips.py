"""A user's own clips, from a folder or a list."""

import os
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path

from .text_files import DataError, some

SPLITS = {
    'train': ('train', 'training', 'trn', 'tr'),
    'val': ('val', 'valid', 'validation', 'dev', 'development'),
    'test': ('test', 'testing', 'tst', 'eval', 'evaluation'),
}


@dataclass(frozen=True)
class OwnClip:
    """A clip of the user that can be read.

    Attributes:
        name: Its name: the path below the root, with slashes, or the whole path if it
            is in another place.
        path: The video file, or the folder of its frames.
        video: Whether it is a video file.
        labels: Class to its share: one class with 1, several classes whose shares sum
            to 1 (a soft label), or several classes with 1 each.
        person: Name of the person in it, if known.
        split: ``train``, ``val`` or ``test``, if stated.
        line: Its line in the list, if there is a list.
        source: The video that it was cut from, if known.
    """

    name: str
    path: Path
    video: bool
    labels: dict[str, float]
    person: str | None = None
    split: str | None = None
    line: int | None = None
    source: str | None = None

    @property
    def group(self) -> str:
        """The group of the clip, which is never divided between training and testing.

        This is the person; if no people are known, the video that it was cut from;
        otherwise the clip itself.
        """
        if self.person:
            return f'person {plain(self.person)}'
        return f'video {self.source}' if self.source else f'clip {self.name}'

    @property
    def main_class(self) -> str:
        """The class with the largest share; the first one of equal shares."""
        return max(self.labels, key=self.labels.__getitem__)


@dataclass
class OwnData:
    """A user's clips.

    Attributes:
        root: The folder to which clip names are relative.
        source: The list, or else the root.
        clips: The clips that can be read.
        classes: Names of the classes, in the order of the labels.
        class_file: The file that lists them, if there is one; it may have their texts.
        kind: ``single`` (one label a clip), ``soft`` (shares) or ``multi`` (several).
        left_out: Reason to class to names of the clips that are left out.
        others: Files that are neither videos nor pictures.
        remarks: Remarks for the user, whole sentences.
    """

    root: Path
    source: Path
    clips: list[OwnClip] = field(default_factory=list)
    classes: tuple[str, ...] = ()
    class_file: Path | None = None
    kind: str = 'single'
    left_out: dict[str, dict[str, list[str]]] = field(default_factory=dict)
    others: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)

    def leave_out(self, why: str, label: str, name: str) -> None:
        """Records a clip that is not used."""
        self.left_out.setdefault(why, {}).setdefault(label, []).append(name)

    def losses(self) -> list[str]:
        """One sentence for each reason, with the left-out clips counted by class."""
        said = []
        for why, by_class in self.left_out.items():
            counts = ', '.join(f'{c} {len(names)}' for c, names in by_class.items())
            names = [name for group in by_class.values() for name in group]
            said.append(
                f'{len(names)} left out of {self.source}, {why} ({counts}): '
                f'{some(names, 5)}.'
            )
        return said

    @property
    def fixed(self) -> bool:
        """Tells whether the split is stated, so that there are no folds."""
        return any(clip.split for clip in self.clips)

    def vector(self, clip: OwnClip) -> list[float]:
        """The shares of all classes in a clip."""
        return [float(clip.labels.get(name, 0)) for name in self.classes]

    def settle_classes(self, listed: Iterable[str] | None, where: str = '') -> None:
        """Merges spellings of the same class, and sorts the classes.

        Args:
            listed: The classes in their order; by default those of the clips, by name.
            where: Source of `listed`, for errors.

        Raises:
            DataError: If a clip has a class that is not listed, or there are fewer than
                two classes.
        """
        spellings = Counter(name for clip in self.clips for name in clip.labels)
        names = self._united(spellings) if listed is None else {}
        for name in listed or ():
            if plain(name) in names:
                raise DataError(
                    f'{where} lists {names[plain(name)]!r} and {name!r}, which differ '
                    'only in capital letters or spaces and count as one class. Remove '
                    'one.'
                )
            names[plain(name)] = name
        unknown = [
            c for c in self.clips if any(plain(n) not in names for n in c.labels)
        ]
        if unknown:
            clip = unknown[0]
            label = next(n for n in clip.labels if plain(n) not in names)
            raise DataError(
                f'{self.source}{_at(clip)}: clip {clip.name} has the class {label!r}, '
                f'but {where} lists {list(names.values())}. Correct one of them.'
            )
        used = self.clips = [_renamed(clip, names) for clip in self.clips]
        for by_class in self.left_out.values():
            for name in [n for n in by_class if names.get(plain(n), n) != n]:
                moved = by_class.pop(name)
                by_class.setdefault(names[plain(name)], []).extend(moved)
        self.classes = tuple(names.values())
        if listed is None:
            self.classes = tuple(sorted(self.classes, key=plain))
        counts = Counter(clip.main_class for clip in used)
        without = [n for n in self.classes if not any(n in c.labels for c in used)]
        if without:
            self.remarks.append(
                f'{self.source}: no clip is of the classes {without}, which therefore '
                'cannot be trained.'
            )
        if len(counts) < 2 and len(self.classes) - len(without) < 2:
            raise DataError(
                f'{self.source} has clips of one class only, {list(counts)}: a '
                'classifier needs two or more. Add clips of another class.'
            )

    def _united(self, spellings: Counter) -> dict[str, str]:
        groups: dict[str, list[str]] = defaultdict(list)
        for name in sorted(spellings, key=lambda n: (-spellings[n], n)):
            groups[plain(name)].append(name)
        for several in (g for g in groups.values() if len(g) > 1):
            self.remarks.append(
                f'{self.source}: {several} are taken for one class, {several[0]!r}: '
                'they differ only in capital letters or spaces.'
            )
        return {key: group[0] for key, group in groups.items()}


def plain(name: str) -> str:
    """A normalised name: case, spaces and the form of accents do not count.

    Accents themselves count, only their Unicode form is unified. Invisible marks are
    removed, such as those of the writing direction.
    """
    seen = ''.join(c for c in name if unicodedata.category(c) != 'Cf')
    return ' '.join(unicodedata.normalize('NFC', seen).split()).casefold()


def split_of(word: str) -> str | None:
    """Turns any name of a split into ``train``, ``val`` or ``test``, or None."""
    known = {name: split for split, names in SPLITS.items() for name in names}
    return known.get(plain(word))


def name_of(path: Path, root: Path) -> str:
    """The name of a clip: its path below the root, or the whole path."""
    inside = os.path.relpath(path, root)
    outside = inside.startswith('..') or os.path.isabs(inside)
    return path.as_posix() if outside else Path(inside).as_posix()


def _renamed(clip: OwnClip, names: dict[str, str]) -> OwnClip:
    labels: dict[str, float] = defaultdict(float)
    for name, share in clip.labels.items():
        labels[names[plain(name)]] += share
    return replace(clip, labels=dict(labels))


def _at(clip: OwnClip) -> str:
    return '' if clip.line is None else f', line {clip.line}'
