"""The actors of CREMA-D: the table of their ages and sexes."""

from pathlib import Path
from typing import NamedTuple

from .annotation_tables import find_columns, read_table
from .text_files import SplitFileError, whole_number

_COLUMNS = ('ActorID', 'Age', 'Sex')
_SEXES = {'Male': 'male', 'Female': 'female'}
_OLDEST = 60  # start of the last group: few actors are older


class Actor(NamedTuple):
    """A row of the table of actors.

    Attributes:
        sex: ``female`` or ``male``, as the actor identified.
        age: In years, at the time of the recording.
    """

    sex: str
    age: int

    @property
    def age_group(self) -> str:
        """The decade of the age; 60 and above are one group [choice]."""
        if self.age >= _OLDEST:
            return f'{_OLDEST}+'
        first = self.age // 10 * 10
        return f'{first}-{first + 9}'


def read_actors(path: Path) -> dict[str, Actor]:
    """Reads ``VideoDemographics.csv``; finds the columns by their names.

    The columns of race and ethnicity are not read.

    Raises:
        SplitFileError: If the header lacks a column; or a row names no actor, an actor
            twice, or has no age or sex. The error names the row.
    """
    rows = read_table(path)
    number, header = next(rows, (1, []))
    places = find_columns(path, number, header, _COLUMNS).values()
    actors: dict[str, Actor] = {}
    for number, row in rows:
        cells = [str(row[place]) if place < len(row) else '' for place in places]
        actor, age, sex = cells[0], whole_number(cells[1]), _SEXES.get(cells[2])
        wrong = {
            'it names no actor; write the number': whole_number(actor) is None,
            f'actor {actor} occurs twice; remove one row': actor in actors,
            'the age is not a number of years': age is None or not 0 < age < 130,
            f'the sex must be one of {list(_SEXES)}': sex is None,
        }
        if any(wrong.values()):
            problem = next(text for text, so in wrong.items() if so)
            raise SplitFileError(path, number, ','.join(map(str, row)), problem)
        actors[actor] = Actor(sex, age)
    return actors
