"""Prints a result as a table."""

from rich.table import Table

from ..terminal import Terminal, one_line
from ..video.clock import clock
from ..visualization.video.words import (
    calibration_words,
    is_sure,
    movement_words,
    rationale_source,
)

MOMENTS, MOVEMENTS = 2, 2  # for which the table has room


def print_result(result: dict, console: Terminal) -> None:
    """Prints the tracks with their intervals, and all warnings."""
    source = result['source']
    total = source['duration']
    state = '' if result['complete'] else ', NOT COMPLETE'
    title = f'{one_line(source["path"])}  {source["duration"]:.1f} s{state}'
    sure = is_sure(result)
    if not sure:  # before the labels that the note is about
        _print_warnings(result, console)
    console.print(title, style='bold', soft_wrap=True)
    table = Table(style='' if sure else 'bright_black')
    for name in ('face', 'from', 'to', 'label', 'score', 'intervals'):
        right = name in ('face', 'from', 'to', 'score')
        table.add_column(name, justify='right' if right else 'left')
    for track in result['tracks']:
        score = track['score']
        table.add_row(
            str(track['id']),
            clock(track['start'], total),
            clock(track['end'], total),
            track['label'] or '-',
            '-' if score is None else f'{score:.2f}',
            '\n'.join(
                f'{clock(i["start"], total)}-{clock(i["end"], total)} '
                f'{i["emotion"]} {i["score"]:.2f}'
                for i in track['intervals']
            ),
            style=None if sure else 'bright_black',
        )
    console.print(table)
    _print_rationales(result, console, None if sure else 'bright_black')
    if sure:
        _print_warnings(result, console)


def _print_rationales(result: dict, console: Terminal, style: str | None) -> None:
    """One line for each face: the most relevant moments, and what moves in them."""
    total, sources = result['source']['duration'], set()
    for track in result['tracks']:
        if track['label'] is None:
            continue
        rationale = track.get('rationale')
        if not rationale:
            said = 'the model does not say which frames count'
        else:
            best = sorted(rationale['moments'], key=lambda m: -m['relevance'])[:MOMENTS]
            parts = []
            for moment in sorted(best, key=lambda m: m['time']):
                words = movement_words(moment, MOVEMENTS)
                label = moment.get('label')
                at = f'{one_line(label)} at ' if label else ''
                at += clock(moment['time'], total)
                parts.append(at + (words and f' ({words})'))
            said = 'most relevant are ' + ' and '.join(parts)
            sources.add(rationale_source(track))
        line = f'face {track["id"]}, {one_line(track["label"])}: {said}'
        console.print(line, style=style, soft_wrap=True)
    for sentence in sorted(sources):
        console.print(sentence, style=style, soft_wrap=True)


def _print_warnings(result: dict, console: Terminal) -> None:
    for warning in (*result['warnings'], calibration_words(result['model'])):
        console.note(warning)
