"""Facts about clips besides their frames: positions of people, and their movements.

A file of JSON lines, written by any program that measures them; one line for each
clip::

    {"clip": "00001", "scene": "a kitchen", "people": [
      {"id": 1, "boxes": [[10, 10, 60, 60], null], "landmarks": [[[20, 30]], null],
       "movements": ["AU12: strongly pulled lip corners, frames 3 to 9"]}]}

`boxes` (x0, y0, x1, y1) and `landmarks` (x, y) are in pixels, one entry for each frame
of the clip, null where the person is not seen. `label` is the person's true class,
for videos of several people. All but `clip`, `people` and `id` may be left out.
"""

from dataclasses import dataclass
from pathlib import Path

from tgdfer_mm.files import parse_json, read_lines

from .errors import AskingError


@dataclass(frozen=True)
class Person:
    """One person of a clip.

    Attributes:
        id: Number, which is drawn next to the box.
        boxes: For each frame, four numbers or None.
        landmarks: For each frame, points or None.
        movements: Sentences about the face.
        label: Name of the person's class, if it is known. The model never gets it.
    """

    id: int
    boxes: tuple = ()
    landmarks: tuple = ()
    movements: tuple[str, ...] = ()
    label: str | None = None

    def box(self, frame: int) -> tuple | None:
        """The box in a frame of the clip; None if there is none."""
        return self.boxes[frame] if 0 <= frame < len(self.boxes) else None

    def points(self, frame: int) -> tuple:
        """The landmarks in a frame of the clip; None if there are none."""
        known = 0 <= frame < len(self.landmarks)
        return (self.landmarks[frame] or ()) if known else ()


@dataclass(frozen=True)
class Facts:
    """The facts of a clip.

    Attributes:
        people: The people, in the order of their numbers.
        scene: The scene in words; may be empty.
    """

    people: tuple[Person, ...] = ()
    scene: str = ''


def read_facts(path: str | Path) -> dict[str, Facts]:
    """Reads a file of facts.

    Raises:
        AskingError: A line has another form; the message names file, line and key.
    """
    path, found = Path(path), {}
    try:
        lines = read_lines(path)
    except (OSError, UnicodeDecodeError) as error:
        raise AskingError(f'{path} cannot be read: {error}.') from error
    for number, line in enumerate(lines, 1):
        try:
            row = parse_json(line)
            clip = _text(row, 'clip')
            people = tuple(map(_person, row['people']))
            if len({person.id for person in people}) < len(people):
                raise ValueError("'id' stands twice")
            facts = Facts(people, _text(row, 'scene') if 'scene' in row else '')
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise AskingError(
                f'{path}, line {number}: no facts of a clip '
                f'({type(error).__name__}: {error}).'
            ) from error
        if clip in found:
            raise AskingError(f'{path}, line {number}: clip {clip!r} stands twice.')
        found[clip] = facts
    return found


def _person(row: dict) -> Person:
    if type(row['id']) is not int:
        raise ValueError("'id' is no whole number")
    return Person(
        id=row['id'],
        boxes=tuple(_numbers(box, 4, 'boxes') for box in row.get('boxes', ())),
        landmarks=tuple(map(_points, row.get('landmarks', ()))),
        movements=tuple(_sentence(each) for each in row.get('movements', ())),
        label=_text(row, 'label') if 'label' in row else None,
    )


def _numbers(value: object, count: int, key: str) -> tuple | None:
    if value is None and key == 'boxes':
        return None
    plain = isinstance(value, list) and len(value) == count
    if not plain or not all(type(v) in (int, float) for v in value):
        raise ValueError(f'{key!r} needs {count} numbers, not {value!r:.60}')
    if not all(abs(v) < 1e6 for v in value):
        raise ValueError(f'{key!r} has a number beyond any picture: {value!r:.60}')
    return tuple(value)


def _points(value: object) -> tuple | None:
    if value is None:
        return None
    return tuple(_numbers(point, 2, 'landmarks') for point in value)


def _sentence(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError(f"'movements' has {value!r:.60}, which is no text")
    return value


def _text(row: dict, key: str) -> str:
    if not isinstance(row[key], str):
        raise ValueError(f'{key!r} is no text')
    return row[key]
