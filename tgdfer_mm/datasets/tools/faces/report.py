"""The result for every input, as a table, a CSV file and a JSON file."""

import csv
import io
import json
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from rich.table import Table

from ....files import write_text
from ....terminal import Terminal, one_line
from ...own_clips import split_of
from .clip_folder import NOT_WRITTEN
from .clip_list import ClipList
from .clip_maker import LOST
from .settings import SCHEMA

CSV_NAME, JSON_NAME = 'faces_report.csv', 'faces_report.json'
_SHOWN = 10  # inputs named on the screen
_NO_CLASS = '(none)'
_COLUMNS = (
    *('source', 'class', 'status', 'clip', 'frames', 'interpolated', 'fps'),
    *('start', 'end', 'damaged', 'people', 'tracks', 'messages'),
)


def make_report(
    about: Mapping[str, Any],
    records: Iterable[Mapping[str, Any]],
    others: Mapping[str, str],
    listed: ClipList | None,
) -> dict[str, Any]:
    """The report, plain data.

    Args:
        about: Settings, see :meth:`~.settings.ClipSettings.about`.
        records: Records of the inputs.
        others: Files that are not inputs, with reasons.
        listed: The list of the videos, if there is one: its labels are the classes.
            Without a list the folders are the classes, as in training.
    """
    records = list(records)
    sources = [record['source'] for record in records]
    labels = _labels_of_folders(sources) if listed is None else listed.labels()
    inputs, counts = [], {}
    for record in records:
        label = labels.get(record['source']) or _NO_CLASS
        inputs.append({'class': label, **record})
        row = counts.setdefault(label, Counter())
        row.update(inputs=1, clips=len(record['clips']))
        row[record['status'] or 'whole'] += 1
        row['damaged'] += record['damaged']
        row['several people'] += record['people'] > 1
        row['several tracks'] += record['tracks'] > 1
    absent = [] if listed is None else listed.absent()
    unlisted = (
        []
        if listed is None
        else [each['source'] for each in inputs if each['source'] not in labels]
    )
    lost = any(each['status'] or each['damaged'] for each in inputs)
    return dict(
        schema=f'{SCHEMA}/report',
        ok=not (lost or absent),
        pixel_version=about['pixel_version'],
        classes={label: dict(row) for label, row in sorted(counts.items())},
        inputs=inputs,
        listed_but_absent=absent,
        not_listed=unlisted,
        others=dict(others),
    )


def _labels_of_folders(sources: list[str]) -> dict[str, str]:
    """The class of each video: its first folder, or the first two with a split."""
    parts = {source: source.split('/')[:-1] for source in sources}
    tops = {each[0] for each in parts.values() if each}
    depth = 2 if len(tops) > 1 and all(map(split_of, tops)) else 1
    return {source: '/'.join(each[:depth]) for source, each in parts.items()}


def write_report(report: Mapping[str, Any], out: Path) -> None:
    """Writes the report as CSV (a row for each clip or lost input) and JSON."""
    text = io.StringIO(newline='')
    writer = csv.writer(text, lineterminator='\n')
    writer.writerow(_COLUMNS)
    for each in report['inputs']:
        for clip in each['clips'] or [{}]:
            cells = {
                **each,
                **clip,
                'status': each['status'] or 'ok',
                'messages': ' | '.join(each['messages']),
            }
            writer.writerow([cells.get(name) for name in _COLUMNS])
    write_text(out / CSV_NAME, text.getvalue(), 'surrogateescape')
    write_text(out / JSON_NAME, json.dumps(report, indent=1) + '\n')


def print_report(report: Mapping[str, Any], console: Terminal) -> None:
    """Prints the counts, and the first lost inputs."""
    names = ('inputs', 'clips', *LOST, NOT_WRITTEN, 'damaged', 'several people')
    rows = report['classes']
    shown = [n for n in names if n in names[:2] or any(r.get(n) for r in rows.values())]
    table = Table('class', title='Faces', title_justify='left')
    for name in shown:
        table.add_column(name, justify='right')
    for label, row in rows.items():
        table.add_row(one_line(label), *(str(row.get(name, 0)) for name in shown))
    if len(rows) > 1:
        sums = [sum(row.get(name, 0) for row in rows.values()) for name in shown]
        table.add_row('all', *map(str, sums), style='bold')
    console.print(table)
    odd = [each for each in report['inputs'] if each['status'] or each['damaged']]
    lines = [
        ': '.join(
            [each['source'], each['status'] or 'read in part', *each['messages'][:1]]
        )
        for each in odd[:_SHOWN]
    ]
    if len(odd) > _SHOWN:
        lines.append(f'... and {len(odd) - _SHOWN} more: see {CSV_NAME}')
    for key, what in (
        ('others', 'are not videos and are left out'),
        ('left_out', 'are not requested recordings and are left out'),
        ('listed_but_absent', 'are in the list but do not exist'),
        ('not_listed', 'have no row in the list'),
        ('kept_without_video', 'clips are kept although their videos no longer exist'),
    ):
        if found := list(report[key]):
            more = ', ...' * (len(found) > 3)
            lines.append(f'{len(found)} {what}: {", ".join(found[:3])}{more}')
    for line in lines:
        console.print(one_line(line), soft_wrap=True)
