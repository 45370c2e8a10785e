"""The summary as one page that opens without a network, sorts and filters."""

import os
from base64 import b64encode
from collections import Counter
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import quote

from markupsafe import Markup

from ...version import __version__
from ...visualization.video.html_page import page_template
from ...visualization.video.words import calibration_words
from ..writing import CSV_NAME, JSON_NAME

_HERE = Path(__file__).parent


def render_page(found: Sequence[tuple[str, dict[str, Any]]]) -> str:
    """Writes the page.

    Args:
        found: Rows of :func:`.summary.rows_of`. Their texts can have any character: the
            page shows them as text, and its content policy allows only its own script.

    Returns:
        HTML. Links lead to the files of each video, next to the page.
    """
    script = (_HERE / 'page.js').read_text(encoding='utf-8')
    rows = [row for _, row in found]
    models = [row['model'] for row in rows]
    values = dict(
        found=found,
        rows=rows,
        classes=_shown(rows),
        states=Counter(row['state'] for row in rows),
        seconds=sum(row['video']['seconds'] or 0 for row in rows),
        notes=_notes(models),
        names=list(dict.fromkeys(each['name'] for each in models if each['name'])),
        mixed=_are_mixed(rows),
        sure=all(each['sure'] for each in models),
        version=__version__,
        script=Markup(script),
        digest=b64encode(sha256(script.encode()).digest()).decode(),
    )
    return page_template(_HERE / 'page.html').render(values, link=_link)


def _notes(models: Sequence[dict[str, Any]]) -> list[str]:
    """Notes for all videos: the note of each model, and the meaning of its scores."""
    notes = [each['note'] for each in models if each['note']]
    return list(dict.fromkeys([*notes, *map(calibration_words, models)]))


def _shown(rows: Sequence[dict[str, Any]]) -> list[str]:
    """The expressions that are seen in any video, of up to 64 classes."""
    shown: dict[str, float] = {}
    for row in rows:
        for name, seconds in row['video']['shown'].items():
            shown[name] = shown.get(name, 0) + seconds
    return [name for name, seconds in shown.items() if seconds]


def _are_mixed(rows: Sequence[dict[str, Any]]) -> bool:
    made = [row['made_from'] for row in rows if row['files']]
    return len({(each.get('model'), each.get('settings')) for each in made}) > 1


def _link(row: dict[str, Any], folder: str) -> str | None:
    """The target of a video's link: the page of its first face, or its table."""
    pages = [f'track{face}.html' for face in row['video']['faces']]
    for name in (*pages, CSV_NAME, JSON_NAME):
        if name in row['files']:
            return './' + quote(os.fsencode(f'{folder}/{name}'))
    return None
