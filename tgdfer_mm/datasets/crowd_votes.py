"""CREMA-D's crowd votes: the raters' choices for each clip."""

from collections.abc import Sequence
from pathlib import Path

from .annotation_tables import find_columns, read_table
from .text_files import SplitFileError, whole_number

# The first digit of a row's name says what the raters saw or heard [README of CREMA-D].
RATERS = {'voice': 1, 'face': 2, 'audio-visual': 3}
_LETTERS = {
    **{'anger': 'A', 'disgust': 'D', 'fear': 'F'},
    **{'happy': 'H', 'neutral': 'N', 'sad': 'S'},
}
_CLIP, _TOTAL = 'fileName', 'numResponses'
_ROWS = 100_000  # row 200001 is the first clip, shown without its sound


def read_crowd_votes(
    path: Path, raters: str, classes: Sequence[str]
) -> dict[str, list[int]]:
    """Reads ``processedResults/tabulatedVotes.csv``.

    Columns and clips are found by their names.

    Args:
        path: The table.
        raters: The raters whose votes count, a key of :data:`RATERS`.
        classes: The classes, in the order of the result.

    Returns:
        Number of raters who chose each class, for each clip.

    Raises:
        SplitFileError: If the header lacks a column; or a row is not a row of votes,
            repeats a clip, or its votes do not sum to its stated number. The error
            names the row.
    """
    rows = read_table(path)
    number, header = next(rows, (1, []))
    wanted = [*(_LETTERS[name] for name in classes), _CLIP, _TOTAL]
    places = find_columns(path, number, header, wanted)
    numbers = [name for name in wanted if name != _CLIP]
    votes: dict[str, list[int]] = {}
    for number, row in rows:

        def bad(problem: str, number=number, row=row) -> SplitFileError:
            return SplitFileError(path, number, ','.join(map(str, row)), problem)

        shown = whole_number(str(row[0]))
        if shown is None or shown // _ROWS not in RATERS.values():
            raise bad('the first cell should be a number from 100001 on')
        if shown // _ROWS != RATERS[raters]:
            continue
        if len(row) <= max(places.values()):
            raise bad(f'there are {len(row)} cells under {len(header)} columns')
        counts = [whole_number(str(row[places[name]])) for name in numbers]
        if None in counts or sum(counts[:-1]) != counts[-1] or not counts[-1]:
            raise bad(f'the votes {counts[:-1]} are not those of {counts[-1]} raters')
        clip = str(row[places[_CLIP]])
        if clip in votes:
            raise bad(f'clip {clip} occurs twice; remove one row')
        votes[clip] = counts[:-1]
    return votes
