"""CREMA-D's crowd votes: what those who rated a clip took it for."""

from collections.abc import Sequence
from pathlib import Path

from .annotation_tables import find_columns, read_table
from .text_files import SplitFileError, whole_number

# The first digit of a row's name says what the raters were shown [README of CREMA-D].
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

    Columns are found by their names, and clips by theirs.

    Args:
        path: The table.
        raters: Whose votes: a key of :data:`RATERS`.
        classes: The classes, in the order of the result.

    Returns:
        How many raters took each clip for each class.

    Raises:
        SplitFileError: The header lacks a column; or a row is no row of votes, or of a
            clip that is there already, or its votes are not as many as it says. The
            error names the row.
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
            raise bad(f'clip {clip} is there twice')
        votes[clip] = counts[:-1]
    return votes
