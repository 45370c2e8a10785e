"""The words for action units: a data file, and the phrase for a value."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from ..files import DamagedFileError, has_kinds, read_json

LEVELS = ('weak', 'moderate', 'strong')
_TIMES = dict.fromkeys(
    ('onset', 'apex', 'offset', 'frame', 'second', 'first', 'last'), str
)


class MovementsError(ValueError):
    """Values of movements or words for them are wrong; the user can correct them."""

    exit_code = 2  # exit code of a command


@dataclass(frozen=True)
class UnitWords:
    """The words for a unit.

    Attributes:
        name: Its name in the Facial Action Coding System.
        region: The part of the face that moves.
        phrases: Phrases for the visible movement, by level.
    """

    name: str
    region: str
    phrases: Mapping[str, str]


@dataclass(frozen=True)
class Lexicon:
    """The words.

    Attributes:
        units: The words for each unit, by its name, such as ``AU12``.
        levels: The smallest value of each of ``LEVELS``, ascending, from 0 to 1.
        times: Words for onset, apex and offset, and for moments.
        rest: Text for a face that shows no unit.
        unseen: Text if no face was measured.
    """

    units: Mapping[str, UnitWords]
    levels: Mapping[str, float]
    times: Mapping[str, str]
    rest: str
    unseen: str

    @property
    def visible(self) -> float:
        """The smallest value that is described."""
        return self.levels[LEVELS[0]]

    def level(self, value: float) -> str | None:
        """The highest level that a value reaches; None below all levels and for NaN."""
        reached = [name for name in LEVELS if value >= self.levels[name]]
        return reached[-1] if reached else None

    def phrase(self, unit: str, value: float) -> str | None:
        """The phrase for a unit with this value; None if it is not visible.

        Raises:
            MovementsError: The lexicon has no such unit.
        """
        level = self.level(value)
        return None if level is None else self.words(unit).phrases[level]

    def words(self, unit: str) -> UnitWords:
        """The words for a unit.

        Raises:
            MovementsError: The lexicon has no such unit.
        """
        if unit not in self.units:
            raise MovementsError(
                f'the lexicon has no unit {unit!r}, only {", ".join(self.units)}'
            )
        return self.units[unit]


def load_lexicon(path: str | Path | None = None) -> Lexicon:
    """Reads a lexicon.

    Args:
        path: A file in the form of ``lexicon.json``; by default that file.

    Raises:
        MovementsError: The file has another form. The message names the file and the
            key.
    """
    return _own() if path is None else _load(Path(path).expanduser())


@cache
def _own() -> Lexicon:
    return _load(Path(__file__).with_name('lexicon.json'))


def _load(path: Path) -> Lexicon:
    try:
        content = read_json(path, 'levels', 'times', 'rest', 'unseen', 'units')
    except DamagedFileError as error:
        raise MovementsError(str(error)) from error
    levels, times, units = (content[key] for key in ('levels', 'times', 'units'))
    if not has_kinds(levels, dict.fromkeys(LEVELS, int | float)):
        raise MovementsError(f'{path}: `levels` needs a number for each of {LEVELS}')
    bounds = [levels[name] for name in LEVELS]
    if bounds != sorted(set(bounds)) or not 0 < bounds[0] < bounds[-1] <= 1:
        raise MovementsError(
            f'{path}: `levels` must ascend, above 0 and up to 1, not {bounds}'
        )
    if not has_kinds(times, _TIMES):
        raise MovementsError(f'{path}: `times` needs a text for each of {[*_TIMES]}')
    for key, text in times.items():
        try:
            text.format(1.0)
        except (IndexError, KeyError, ValueError, AttributeError) as error:
            raise MovementsError(
                f'{path}: times.{key} must be a text with at most one place {{}}, '
                f'not {text!r}'
            ) from error
    if not has_kinds(content, dict(rest=str, unseen=str, units=dict)):
        raise MovementsError(
            f'{path}: `rest` and `unseen` must be texts, and `units` an object'
        )
    return Lexicon(
        {name: _unit_words(path, name, entry) for name, entry in units.items()},
        levels,
        times,
        content['rest'],
        content['unseen'],
    )


def _unit_words(path: Path, name: str, entry: object) -> UnitWords:
    needed = ('name', 'region', *LEVELS)
    if not has_kinds(entry, dict.fromkeys(needed, str)):
        raise MovementsError(f'{path}: unit {name!r} needs the texts {[*needed]}')
    phrases = {level: entry[level] for level in LEVELS}
    return UnitWords(entry['name'], entry['region'], phrases)
