"""Contact sheets: pages with some pictures of each clip, for a look before training."""

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

from jinja2 import Environment, PackageLoader

from ....files import write_text
from .clip_folder import ClipFolder

NAME = 'contact_sheet.html'
_PICTURES = 6  # of a clip
_PAGE = 400  # clips on a page


def write_contact_sheet(report: Mapping[str, Any], folder: ClipFolder) -> Path:
    """Writes the pages: by class, and in each class the problems first.

    The pages link to the clips' files, so they only work next to them.

    Args:
        report: See :func:`~.report.make_report`.
        folder: Folder of the clips.

    Returns:
        The first page.
    """
    rows = sorted(
        (row for each in report['inputs'] for row in _rows(each, folder)),
        key=lambda row: (not row['lost'], not row['odd'], row['class']),
    )
    pages = [rows[i : i + _PAGE] for i in range(0, len(rows), _PAGE)] or [[]]
    names = [NAME, *(f'contact_sheet_{n}.html' for n in range(2, len(pages) + 1))]
    loader = PackageLoader('tgdfer_mm.datasets.tools.faces', '')
    template = Environment(
        loader=loader, autoescape=True, trim_blocks=True, lstrip_blocks=True
    ).get_template('contact_sheet.html.j2')
    for number, (name, page) in enumerate(zip(names, pages, strict=True)):
        text = template.render(
            rows=page, names=names, number=number, classes=report['classes']
        )
        write_text(folder.folder / name, text, 'surrogateescape')
    for path in folder.folder.glob('contact_sheet_*.html'):  # of an earlier call
        if path.name not in names:
            path.unlink()
    return folder.folder / NAME


def _rows(each: Mapping[str, Any], folder: ClipFolder) -> Iterable[dict[str, Any]]:
    remarks = list(each['messages'])
    if each['people'] > 1:
        remarks.append(f'{each["people"]} people at the same time')
    elif each['tracks'] > 1:
        remarks.append(f'{each["tracks"]} tracks, one after another')
    shared = dict(each, lost=bool(each['status']), remarks=remarks)
    shared['odd'] = each['damaged'] or each['people'] > 1
    if not each['clips']:
        still = folder.still_of(each)
        own = os.path.relpath(still, folder.folder)
        yield dict(shared, pictures=[_url(own)] if still.exists() else [], title='')
    for clip in each['clips']:
        numbers = {
            1 + round(i * (clip['frames'] - 1) / (_PICTURES - 1))
            for i in range(_PICTURES)
        }
        pictures = [_url(f'{clip["clip"]}/{n:06d}.jpg') for n in sorted(numbers)]
        yield dict(shared, pictures=pictures, title=clip['clip'], **_lengths(clip))


def _lengths(clip: Mapping[str, Any]) -> dict[str, Any]:
    return dict(
        frames=clip['frames'],
        seconds=clip['end'] - clip['start'],
        interpolated=clip['interpolated'],
    )


def _url(path: str) -> str:
    return quote(path.encode('utf-8', 'surrogateescape'))
