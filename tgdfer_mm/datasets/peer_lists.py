"""Lists of clips in the formats of other projects: a path and a label number.

:mod:`~tgdfer_mm.datasets.peer_labels` finds the classes of the numbers.
"""

import csv
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from ..video.reading import VIDEOS
from .text_files import SplitFileError, whole_number

_SOUNDS = ('.wav', '.flac', '.mp3')
_HEADERS = ('video_name,label', 'video_name,labels', 'path,id', 'path,label')
_GAP = re.compile(r'\s+')


@dataclass(frozen=True)
class PeerFormat:
    """A format of lists of other projects.

    Attributes:
        columns: Its columns, as errors and logs show them.
        used_by: Projects with such lists.
    """

    columns: str
    used_by: str

    def __str__(self) -> str:
        return f'{self.columns!r} (as {self.used_by} write them)'


PLAIN = PeerFormat('<path> <label>', 'MAE-DFER and mmaction2 for videos')
FRAMES = PeerFormat(
    '<path> <number of frames> <label>', 'DFER-CLIP and mmaction2 for frame folders'
)
SOUND = PeerFormat('<path> <sound file> <label>', 'HiCMAE and other audio-visual codes')
TABLE = PeerFormat('<clip>,<label>', 'S2D and other codes, under a header,')


_SEVERAL = (
    f'expected {PLAIN.columns!r} or {FRAMES.columns!r}; lists with an offset, or with '
    'several labels a clip, are not read'
)


@dataclass(frozen=True)
class PeerRow:
    """A row of such a list.

    Attributes:
        line: Number of its line, from 1.
        path: The clip's path as written, with ``/`` between its parts.
        label: The number of its class, as written.
        num_frames: Number of frames in the list, if the list has one.
    """

    line: int
    path: str
    label: int
    num_frames: int | None = None


def check_range(
    path: Path, lines: Sequence[str], rows: Iterable[PeerRow], base: int, size: int
) -> None:
    """Raises SplitFileError for the first label that is out of range.

    Args:
        path: The list.
        lines: Its lines.
        rows: Its rows.
        base: The number of the first class.
        size: Number of classes.
    """
    for row in rows:
        if not base <= row.label < base + size:
            raise SplitFileError(
                path,
                row.line,
                lines[row.line - 1],
                f'label {row.label} is out of range, which is {base} to '
                f'{base + size - 1} for labels that start at {base}',
            )


def read_rows(
    path: Path, lines: Sequence[str]
) -> tuple[PeerFormat, list[PeerRow]] | None:
    """Reads the lines of such a list, in the format of its first line.

    Args:
        path: The list, for errors.
        lines: Its lines.

    Returns:
        The format and the rows; None if the first line has none of the formats.

    Raises:
        SplitFileError: If another line has none of the formats or another one; or there
            are more numbers than in any format.
    """
    filled = [(i, text.strip()) for i, text in enumerate(lines, 1) if text.strip()]
    if not filled:
        return None
    first, text = filled[0]
    kind = recognise(text)
    if kind is None:
        # Two numbers at the end are not in a format of the authors either.
        numbers = [whole_number(field) for field in text.split()[-2:]]
        if len(text.split()) < 3 or None in numbers:
            return None
        raise SplitFileError(path, first, lines[first - 1], _SEVERAL)
    rows = []
    for number, text in filled[1:] if kind is TABLE else filled:
        row, problem = _read_row(number, text, kind)
        if row is None:
            raise SplitFileError(
                path,
                number,
                lines[number - 1],
                f'{problem}; line {first} says that this list is {kind.columns!r}',
            )
        rows.append(row)
    return kind, rows


def recognise(line: str) -> PeerFormat | None:
    """The format of a first line, if it is one of these."""
    if line.lower().replace(' ', '') in _HEADERS:
        return TABLE
    for kind in (FRAMES, SOUND, PLAIN):
        if _read_row(1, line, kind)[0]:
            return kind
    return None


def _read_row(
    number: int, line: str, kind: PeerFormat
) -> tuple[PeerRow | None, str | None]:
    """A row, or None and the problem with it."""
    fields = _fields(line, kind)
    if fields is None:
        return None, f'expected {kind.columns!r}'
    path, *between, label = fields
    path = path.replace('\\', '/')
    value = whole_number(label)
    if value is None:
        return None, f'expected {kind.columns!r} with a whole number as label'
    parts = _GAP.split(path)
    more = len(parts) > 1 and whole_number(parts[-1]) is not None
    # Lists have no number of frames for a video; a second number would be a label.
    if kind is not TABLE and (
        more or (kind is FRAMES and path.lower().endswith(VIDEOS))
    ):
        return None, _SEVERAL
    if kind is FRAMES:
        count = whole_number(between[0])
        if count is None:
            return None, f'expected {kind.columns!r} with a whole number of frames'
        return PeerRow(number, path, value, count), None
    if kind is SOUND and _stem(path) != _stem(between[0].replace('\\', '/')):
        return None, f'the sound is {between[0]!r}, that of another clip than {path!r}'
    return PeerRow(number, path, value), None


def _fields(line: str, kind: PeerFormat) -> list[str] | None:
    """The columns of a line; a path may hold blanks, with or without quotes."""
    wanted = 2 if kind in (PLAIN, TABLE) else 3
    if kind is TABLE or '"' in line:
        delimiter = ',' if kind is TABLE else ' '
        try:
            (parts,) = csv.reader([line], delimiter=delimiter, skipinitialspace=True)
        except (csv.Error, ValueError):
            return None
        parts = [part.strip() for part in parts]
        return parts if len(parts) == wanted and all(parts) else None
    if kind is not SOUND:
        parts = line.rsplit(None, wanted - 1)
        return parts if len(parts) == wanted else None
    rest, _, label = line.replace('\t', ' ').rpartition(' ')
    rest = rest.rstrip()
    if not rest.lower().endswith(_SOUNDS):
        return None
    cuts = [(rest[: m.start()], rest[m.end() :]) for m in _GAP.finditer(rest)]
    # With blanks in the paths, the cut is where both halves name the same clip.
    same = [cut for cut in cuts if _stem(cut[0]) == _stem(cut[1])] or cuts[:1]
    return [*same[0], label] if same else None


def _stem(path: str) -> str:
    name = PurePosixPath(path.replace('\\', '/')).name
    return name.rpartition('.')[0] or name
