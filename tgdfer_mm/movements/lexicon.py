"""The words for action units: a data file, and what it says of a value."""

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
    """Values of movements, or words for them, that the user can put right."""

    exit_code = 2  # of a command


@dataclass(frozen=True)
class UnitWords:
    """What a unit is called.

    Attributes:
        name: Its name in the Facial Action Coding System.
        region: The part of the face that moves.
        phrases: What is seen, by level.
    """

    name: str
    region: str
    phrases: Mapping[str, str]


@dataclass(frozen=True)
class Lexicon:
    """The words.

    Attributes:
        units: By the name of the unit, such as ``AU12``.
        levels: The least value of each of ``LEVELS``, rising, from 0 to 1.
        times: Words for onset, apex and offset, and for moments.
        rest: What is told of a face that shows no unit.
        unseen: What is told where no face was measured.
    """

    units: Mapping[str, UnitWords]
    levels: Mapping[str, float]
    times: Mapping[str, str]
    rest: str
    unseen: str

    @property
    def visible(self) -> float:
        """The least value that is told."""
        return self.levels[LEVELS[0]]

    def level(self, value: float) -> str | None:
        """The highest level that a value reaches; None below all, or of NaN."""
        reached = [name for name in LEVELS if value >= self.levels[name]]
        return reached[-1] if reached else None

    def phrase(self, unit: str, value: float) -> str | None:
        """What is seen of a unit of this value; None if nothing.

        Raises:
            MovementsError: The lexicon has no such unit.
        """
        level = self.level(value)
        return None if level is None else self.words(unit).phrases[level]

    def words(self, unit: str) -> UnitWords:
        """The words of a unit.

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
        path: A file of the form of ``lexicon.json``; by default that one.

    Raises:
        MovementsError: The file is not of that form; names it and the key.
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
            f'{path}: `levels` have to rise and be above 0 and at most 1, not {bounds}'
        )
    if not has_kinds(times, _TIMES):
        raise MovementsError(f'{path}: `times` needs a text for each of {[*_TIMES]}')
    for key, text in times.items():
        try:
            text.format(1.0)
        except (IndexError, KeyError, ValueError, AttributeError) as error:
            raise MovementsError(
                f'{path}: times.{key} has to be a text with at most one place {{}}, '
                f'not {text!r}'
            ) from error
    if not has_kinds(content, dict(rest=str, unseen=str, units=dict)):
        raise MovementsError(
            f'{path}: `rest` and `unseen` are texts, and `units` an object'
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
