"""Known places of a data set's folders and lists in different copies.

The authors' own place comes first. The other known places are data, in one file for
each data set in ``aliases/``.
"""

import json
import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import product
from pathlib import Path

from .text_files import DataError

_ALIASES = Path(__file__).parent / 'aliases'


class AmbiguousPlaceError(DataError):
    """More than one known place is possible, and none is the authors' own.

    Args:
        what: Name of the searched thing.
        places: The places found.
        option: The argument that chooses a place.
        advice: Further advice.
    """

    def __init__(
        self, what: str, places: Iterable[Path], option: str, advice: str = ''
    ) -> None:
        self.places = tuple(places)
        found = '\n'.join(f'  {path}' for path in self.places)
        super().__init__(
            f'{what} could be any of\n{found}\nSet {option} to the one you mean'
            f'{advice}.'
        )


@dataclass(frozen=True)
class Found:
    """The result of a search for a place.

    Attributes:
        path: The place; the authors' own, if none was found.
        own: The authors' own place.
        others: Other known places that exist.
    """

    path: Path
    own: Path
    others: tuple[Path, ...] = ()

    def remark(self, option: str) -> str | None:
        """A remark for the user about the choice, if it is needed.

        Args:
            option: The argument that would choose another one.
        """
        said = []
        if self.path != self.own:
            said.append(f'{self.path} is taken for {self.own}, which holds nothing')
        if self.others:
            names = ', '.join(map(str, self.others))
            said.append(f'{self.path} is taken although there is also {names}')
        return f'{"; ".join(said)} (choose with {option}).' if said else None


def find_media(
    layout: str | None, root: Path, media: str, version: str, own: str
) -> Found:
    """Finds the folder of a pixel version.

    A folder is accepted if it holds something that is named like a clip, directly or in
    a folder of the same name inside it.

    Args:
        layout: File name in ``aliases/`` without its ending; None if no other place is
            known.
        root: Root folder of the data set.
        media: ``'frames'`` or ``'videos'``.
        version: The pixel version.
        own: The authors' place of it below `root`.

    Raises:
        AmbiguousPlaceError: If the authors' place holds no clips, more than one other
            does; or the clips are spread over several folders.
    """
    if layout is None:
        return Found(root / own, root / own)
    known = load_aliases(layout)
    names = known['media'].get(media, {'holds': '.', 'versions': {}})
    holds = re.compile(names['holds'])
    found = []
    for path in _existing(
        root, known['roots'], [own, *names['versions'].get(version, [])]
    ):
        inner = _folder_of_clips(path, {path.name, Path(own).name}, holds, root)
        if inner is not None and inner not in found:
            found.append(inner)
    what = f'The {media} of pixel_version={version!r}'
    return _choose(root / own, found, what, 'media_dir')


def find_file(
    layout: str | None, root: Path, kind: str, own: str = '', **fields
) -> Found:
    """Finds a list or an annotation file.

    Places whose files are identical count as one place.

    Args:
        layout: File name in ``aliases/`` without its ending; None if no other place is
            known.
        root: Root folder of the data set.
        kind: A key of the data set's ``files``, e.g. ``'split'``.
        own: The authors' place below `root`; by default the first one known.
        **fields: Values in the names, e.g. ``subset='train', fold=1``.

    Raises:
        AmbiguousPlaceError: If the authors' file is absent, more than one other exists
            and they differ.
    """
    if layout is None:
        return Found(root / own, root / own)
    known = load_aliases(layout)
    names = known['files'][kind]
    places = [
        os.path.normpath(f'{folder}/{name.format(**fields)}')
        for folder, name in product(names['folders'], names['names'])
    ]
    own = own or places[0]
    found = [p for p in _existing(root, known['roots'], [own, *places]) if p.is_file()]
    distinct: dict[bytes, Path] = {}
    if len(found) > 1:
        for path in found:
            distinct.setdefault(path.read_bytes(), path)
        found = list(distinct.values())
    asked = ', '.join(f'{k}={v!r}' for k, v in fields.items())
    what = f'The file {kind!r}{f" of {asked}" if asked else ""}'
    return _choose(root / own, found, what, f'{kind}_file')


@cache
def load_aliases(layout: str) -> dict:
    """The known places of a data set, from its file in ``aliases/``.

    Raises:
        ValueError: If there is no such file.
    """
    path = _ALIASES / f'{layout}.json'
    if not path.is_file():
        there = sorted(p.stem for p in _ALIASES.glob('*.json'))
        raise ValueError(f'No aliases are known of {layout!r}; there are {there}.')
    return json.loads(path.read_text(encoding='utf-8'))


def _existing(root: Path, roots: list[str], places: list[str]) -> list[Path]:
    """The places that exist; several names of one place count once."""
    found: dict[str, Path] = {}
    for base in _expand(root, roots):
        for path in _expand(base, places):
            found.setdefault(os.path.realpath(path), path)
    return list(found.values())


def _expand(base: Path, patterns: Iterable[str]) -> Iterator[Path]:
    """The paths below a folder that exist, in the order of the patterns."""
    try:
        there = set(os.listdir(base))
    except OSError:
        return
    for pattern in patterns:
        pattern = os.path.normpath(pattern or '.')
        first = pattern.split('/', 1)[0]
        if '*' in pattern:
            yield from sorted(base.glob(pattern))
        # Most patterns end here, without access to a slow file system.
        elif first in there or first in ('.', '..', ''):
            path = base / pattern
            if os.path.exists(path):
                yield path


def _folder_of_clips(
    folder: Path, names: set[str], holds: re.Pattern, root: Path
) -> Path | None:
    for _ in range(3):
        inside, parts = None, []
        try:
            with os.scandir(folder) as entries:
                for entry in entries:
                    if holds.fullmatch(entry.name):
                        return folder
                    if entry.name in names:
                        inside = folder / entry.name
                    elif 'part' in entry.name and os.path.isdir(entry.path):
                        parts.append(folder / entry.name)
        except OSError:  # no folder, or not readable
            return None
        parts = sorted(p for p in parts if _holds_any(p, holds))
        if len(parts) > 1:
            raise AmbiguousPlaceError(
                f'The clips of {folder.relative_to(root)}',
                parts,
                'media_dir',
                ', or move what is in them into one folder, as `tgdfer data prepare` '
                'does',
            )
        if not (inside or parts):
            return None
        folder = inside or parts[0]
    return None


def _holds_any(folder: Path, holds: re.Pattern) -> bool:
    with os.scandir(folder) as entries:
        return any(holds.fullmatch(entry.name) for entry in entries)


def _choose(own: Path, found: list[Path], what: str, option: str) -> Found:
    if not found:
        return Found(own, own)
    if len(found) > 1 and not (found[0] == own or own in found[0].parents):
        raise AmbiguousPlaceError(what, found, option)
    return Found(found[0], own, tuple(found[1:]))
