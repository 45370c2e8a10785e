"""What is known of a user's own clips, wherever it was read."""

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
    """A clip that can be read.

    Attributes:
        name: What it is called everywhere: its path below the root, with slashes, or
            the whole path if it lies elsewhere.
        path: The video file, or the folder of its frames.
        video: Which of the two.
        labels: Class -> its share. One class with 1, several whose shares sum to 1
            (a soft label), or several with 1 each.
        person: Who is in it, if that is known.
        split: ``train``, ``val`` or ``test``, if it is stated.
        line: Where a list has it.
        source: The video that it was cut out of, if that is known.
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
        """What is never divided between training and testing.

        That is the person; if nobody is known, the video that it was cut out of, with
        all other clips of it; else the clip.
        """
        if self.person:
            return f'person {plain(self.person)}'
        return f'video {self.source}' if self.source else f'clip {self.name}'

    @property
    def main_class(self) -> str:
        """The class with the largest share; of equal ones the first."""
        return max(self.labels, key=self.labels.__getitem__)


@dataclass
class OwnData:
    """A user's clips.

    Attributes:
        root: The folder that clips are named from.
        source: The list, or the root.
        clips: Those that can be read.
        classes: Names of the classes, in the order of the labels.
        class_file: The file that lists them, if one does; it may have their texts.
        kind: ``single`` (one label a clip), ``soft`` (shares) or ``multi`` (several).
        left_out: Why clips are left out -> class -> their names.
        others: Files among the clips that are neither videos nor pictures.
        remarks: What the user should know, whole sentences.
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
        """Notes a clip that is not used."""
        self.left_out.setdefault(why, {}).setdefault(label, []).append(name)

    def losses(self) -> list[str]:
        """A sentence for each reason why clips are left out, counted by class."""
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
        """Whether training and test clips are stated, so that there are no folds."""
        return any(clip.split for clip in self.clips)

    def vector(self, clip: OwnClip) -> list[float]:
        """The shares of all classes in a clip."""
        return [float(clip.labels.get(name, 0)) for name in self.classes]

    def settle_classes(self, listed: Iterable[str] | None, where: str = '') -> None:
        """Unites spellings of one class, and puts the classes into their order.

        Args:
            listed: The classes in their order; without them those of the clips by name.
            where: What lists them.

        Raises:
            DataError: A clip has a class that is not listed, or there are not two.
        """
        spellings = Counter(name for clip in self.clips for name in clip.labels)
        names = self._united(spellings) if listed is None else {}
        for name in listed or ():
            if plain(name) in names:
                raise DataError(
                    f'{where} lists {names[plain(name)]!r} and {name!r}, which differ '
                    'in capital letters or spaces only and are one class. Leave one '
                    'out.'
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
                f'but {where} lists {list(names.values())}. Mend one of them.'
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
                f'{self.source}: no clip is of the classes {without}, which are '
                'therefore never learned.'
            )
        if len(counts) < 2 and len(self.classes) - len(without) < 2:
            raise DataError(
                f'{self.source} has clips of one class only, {list(counts)}: there is '
                'nothing to tell apart. Add clips of another class.'
            )

    def _united(self, spellings: Counter) -> dict[str, str]:
        groups: dict[str, list[str]] = defaultdict(list)
        for name in sorted(spellings, key=lambda n: (-spellings[n], n)):
            groups[plain(name)].append(name)
        for several in (g for g in groups.values() if len(g) > 1):
            self.remarks.append(
                f'{self.source}: {several} are taken for one class, {several[0]!r}: '
                'they differ in capital letters or spaces only.'
            )
        return {key: group[0] for key, group in groups.items()}


def plain(name: str) -> str:
    """A name without what people write in different ways: case, spaces, accents' form.

    Of letters with accents only the form counts, not the accent. Marks that nobody sees
    are left out, such as those of the direction of writing.
    """
    seen = ''.join(c for c in name if unicodedata.category(c) != 'Cf')
    return ' '.join(unicodedata.normalize('NFC', seen).split()).casefold()


def split_of(word: str) -> str | None:
    """``train``, ``val`` or ``test`` by any of its names; None for another word."""
    known = {name: split for split, names in SPLITS.items() for name in names}
    return known.get(plain(word))


def name_of(path: Path, root: Path) -> str:
    """What a clip is called: its path below the root, or the whole one."""
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
