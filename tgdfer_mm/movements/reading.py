"""Reads files with values of action units per frame, from several programs."""

import csv
import json
import re
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path, PureWindowsPath

import numpy as np

from .lexicon import MovementsError, load_lexicon
from .values import UnitValues

MOST_FRAMES = 1_000_000  # a clip may not have more: this protects memory
_FEW, _A_ROW = 10_000, 100  # frames of a clip, and this many more for each of its rows
_MISSING = ('', 'nan', 'none', 'null', 'na')
_OVER = 1e-3  # tolerance for rounded values outside their range


def read_values(
    path: str | Path, least_confidence: float = 0.5
) -> dict[str, UnitValues]:
    """Reads values of action units, of one clip or of many.

    The columns of a file show which program wrote it, see ``columns.json``. Blendshapes
    become units by ``blendshapes.json``. Values are missing in rows whose ``success``
    is 0 or whose confidence is too low, in frames without a row, and in cells that are
    empty or ``nan``. A missing value is not 0.

    Args:
        path: A table with a row for each frame, ``.csv``, separated by commas,
            semicolons or tabs; or a folder of such tables. A table is about the clip of
            its own file name, unless it has a column for the clip.
        least_confidence: Smallest confidence of the face detection, if the file has it
            [choice].

    Returns:
        The values by the clip's name, in the order of the file. Here frames are counted
        from 0.

    Raises:
        MovementsError: There is no such file, it has none of the known forms, or a cell
            does not fit its column. The message names file, line and column.
    """
    path = Path(path).expanduser()
    if path.is_dir():
        files = sorted(p for p in path.iterdir() if p.suffix.lower() == '.csv')
        if not files:
            raise MovementsError(f'{path}: the folder has no .csv file')
    elif path.is_file():
        files = [path]
    else:
        raise MovementsError(f'{path}: there is no such file of values')
    found: dict[str, UnitValues] = {}
    for file in files:
        for clip, values in _Table(file, least_confidence).read().items():
            if clip in found:
                raise MovementsError(
                    f'{file}: clip {clip!r} is also in another file; keep one of them'
                )
            found[clip] = values
    return found


class _Table:
    """A file that is being read."""

    def __init__(self, path: Path, least_confidence: float) -> None:
        self.path, self.least = path, least_confidence
        rows = _rows(path)
        self.first_line, self.header = rows[0][0], [c.strip() for c in rows[0][1]]
        twice = {name for name in self.header if self.header.count(name) > 1} - {''}
        if twice:
            raise self.error(
                self.first_line, min(twice), ('the column is there twice; remove one')
            )
        self.rows = rows[1:]
        self.name, self.form = _form_of(path, self.first_line, self.header)
        self.place = {name: i for i, name in enumerate(self.header)}
        self.columns, self.units, self.mix = self._mixture()

    def error(self, line: int, column: str, problem: str) -> MovementsError:
        return MovementsError(f'{self.path}, line {line}, column {column!r}: {problem}')

    def read(self) -> dict[str, UnitValues]:
        clips: dict[str, dict[int, tuple[list[float], float]]] = {}
        for line, cells in self.rows:
            cells = [*cells, *[''] * (len(self.header) - len(cells))]
            if len(cells) > len(self.header):
                raise MovementsError(
                    f'{self.path}, line {line}: {len(cells)} cells under '
                    f'{len(self.header)} columns'
                )
            frames = clips.setdefault(self._clip(line, cells), {})
            number = self._frame(line, cells)
            if not self._is_good(line, cells):
                frames.setdefault(number, None)
                continue
            if frames.get(number) is not None:
                raise self.error(
                    line,
                    'frame',
                    f'frame {cells[self.place["frame"]].strip()} of this clip is there '
                    'twice; keep the rows of one face, or give each face a clip',
                )
            frames[number] = self._row(line, cells), self._seconds(line, cells)
        if not clips:
            raise MovementsError(f'{self.path}: the file has no rows below its header')
        for clip, frames in clips.items():
            if max(frames) > _FEW + _A_ROW * len(frames):
                raise MovementsError(
                    f'{self.path}: the {len(frames)} rows of clip {clip!r} go up to '
                    f'frame {max(frames) + self.form["first"]}; count the frames of '
                    f'each clip from {self.form["first"]}'
                )
        return {clip: self._values(frames) for clip, frames in clips.items()}

    def _values(self, frames: Mapping[int, tuple | None]) -> UnitValues:
        raw = np.full((max(frames) + 1, len(self.columns)), np.nan)
        seconds = np.full(len(raw), np.nan)
        for number, row in frames.items():
            if row is not None:
                raw[number], seconds[number] = row
        mixed = np.stack(
            [raw[:, parts != 0] @ parts[parts != 0] for parts in self.mix.T], axis=1
        )  # a unit is missing only if one of its columns is missing
        mixed = np.clip(mixed, 0.0, 1.0)
        known = np.isfinite(seconds).any()
        return UnitValues(self.units, mixed, seconds if known else None)

    def _mixture(self) -> tuple[list[str], tuple[str, ...], np.ndarray]:
        """The columns that are read, the units, and the weights between them (C, U)."""
        if self.form['units'] == 'blendshapes':
            recipes = {
                unit: parts
                for unit, parts in _data('blendshapes')['units'].items()
                if set(parts) <= set(self.place)
            }
        else:
            recipes = {}
            for column in self.header:
                match = re.fullmatch(self.form['units'], column)
                if match:
                    unit = f'AU{int(match[1])}'
                    if unit not in load_lexicon().units:
                        raise self.error(self.first_line, column, 'no known unit')
                    if unit in recipes:
                        raise self.error(
                            self.first_line,
                            column,
                            (f'{unit} is there twice; remove one of its columns'),
                        )
                    recipes[unit] = {column: 1}
        if not recipes:
            wanted = _data('blendshapes')['units']['AU12']
            raise MovementsError(
                f'{self.path}, line {self.first_line}: no unit has all of its '
                f'blendshapes; AU12, for example, needs the columns {[*wanted]}'
            )
        columns = list(dict.fromkeys(c for parts in recipes.values() for c in parts))
        mix = [[parts.get(c, 0.0) for parts in recipes.values()] for c in columns]
        return columns, tuple(recipes), np.array(mix, np.float64)

    def _clip(self, line: int, cells: Sequence[str]) -> str:
        for column in self.form['clip']:
            if column in self.place:
                text = cells[self.place[column]].strip()
                if not text:
                    raise self.error(
                        line, column, ('no clip is named; give its name in this column')
                    )
                # In a path, of this system or of Windows, the file name is the name of
                # the clip.
                return text if column == 'clip' else PureWindowsPath(text).stem
        return self.path.stem

    def _frame(self, line: int, cells: Sequence[str]) -> int:
        text, first = cells[self.place['frame']], self.form['first']
        number = self._number(line, 'frame', text)
        if number != number or number != int(number) or number < first:
            raise self.error(
                line, 'frame', f'{text!r} is not a whole number from {first} on'
            )
        if number - first >= MOST_FRAMES:
            raise self.error(
                line,
                'frame',
                (f'{text} is larger than the limit of {MOST_FRAMES} frames'),
            )
        return int(number) - first

    def _is_good(self, line: int, cells: Sequence[str]) -> bool:
        """Whether a face was found with enough confidence."""
        for kind, least in (('success', 0.5), ('confidence', self.least)):
            for column in self.form[kind]:
                if column in self.place:
                    value = self._number(line, column, cells[self.place[column]])
                    if not value >= least:  # unknown confidence is not enough
                        return False
        return True

    def _seconds(self, line: int, cells: Sequence[str]) -> float:
        for column in self.form['seconds']:
            if column in self.place:
                return self._number(line, column, cells[self.place[column]])
        return float('nan')

    def _row(self, line: int, cells: Sequence[str]) -> list[float]:
        """The values of the columns that are read, divided by the form's scale."""
        scale = self.form['scale']
        try:
            row = [float(cells[self.place[name]]) for name in self.columns]
        except ValueError:
            row = [float('nan')]
        if all(0 <= value <= scale for value in row):  # the usual case
            return [value / scale for value in row]
        return [self._value(line, cells, name) for name in self.columns]

    def _value(self, line: int, cells: Sequence[str], column: str) -> float:
        text, scale = cells[self.place[column]], self.form['scale']
        value = self._number(line, column, text)
        if value == value and not -_OVER <= value / scale <= 1 + _OVER:
            raise self.error(
                line, column, f'{text.strip()} is not from 0 to {scale} ({self.name})'
            )
        return min(1.0, max(0.0, value / scale)) if value == value else value

    def _number(self, line: int, column: str, text: str) -> float:
        text = text.strip()
        if text.lower() in _MISSING:
            return float('nan')
        if text.lower() in ('true', 'false'):
            return float(text.lower() == 'true')
        try:
            value = float(text)
        except ValueError:
            value = float('inf')
        if abs(value) == float('inf'):
            raise self.error(line, column, f'{text[:40]!r} is not a number')
        return value


def _rows(path: Path) -> list[tuple[int, list[str]]]:
    """The lines that are not empty, with their numbers."""
    try:
        with path.open(encoding='utf-8-sig', newline='') as file:
            header = next((line for line in file if line.strip()), '')
            separator = max(',;\t', key=header.count)
            file.seek(0)
            reader = csv.reader(file, delimiter=separator, strict=True)
            rows = [
                (reader.line_num, row) for row in reader if any(map(str.strip, row))
            ]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise MovementsError(f'{path} cannot be read as a table: {error}') from error
    if not rows:
        raise MovementsError(f'{path} is empty; its first line must name the columns')
    return rows


def _form_of(path: Path, line: int, header: Sequence[str]) -> tuple[str, dict]:
    shapes = {s for parts in _data('blendshapes')['units'].values() for s in parts}
    for name, form in _data('columns')['forms'].items():
        if form['units'] == 'blendshapes':
            matches = bool(shapes & set(header))
        else:
            matches = any(re.fullmatch(form['units'], column) for column in header)
        if matches and set(form['needs']) <= set(header):
            return name, form
    raise MovementsError(
        f'{path}, line {line}: there must be a column frame, and columns of units '
        'such as AU12 (plain, py-feat), AU12_r (OpenFace) or mouthSmileLeft '
        f'(blendshapes), not {", ".join(header)[:200]}'
    )


@cache
def _data(name: str) -> dict:
    text = Path(__file__).with_name(f'{name}.json').read_text(encoding='utf-8')
    return json.loads(text)
