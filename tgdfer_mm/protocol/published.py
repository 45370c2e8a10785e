"""Published results to stand next to one's own, each with its source."""

import json
from pathlib import Path

FOLDER = Path(__file__).parent / 'published'
# Names of the data sets, as their meta information has them.
FILES = {
    'DFEW': 'dfew',
    'FERV39k': 'ferv39k',
    'MAFW': 'mafw',
    'CREMA-D': 'cremad',
    'RAVDESS': 'ravdess',
    "eNTERFACE'05": 'enterface05',
}


def published_rows(dataset: str, setting: str | None, num_classes: int) -> dict | None:
    """What was published on a data set in a setting.

    Args:
        dataset: Its name, as in the meta information.
        setting: ``single``, ...: labels per clip.
        num_classes: Number of classes.

    Returns:
        ``protocol`` (how the numbers are made, as far as is known), ``rows`` (by
        rising WAR) and ``sources`` (what the letters in a row's ``source`` mean); None
        if nothing is known.
    """
    if dataset not in FILES:
        return None
    path = FOLDER / f'{FILES[dataset]}.json'
    published = json.loads(path.read_text(encoding='utf-8'))
    if (published['setting'], published['num_classes']) != (setting, num_classes):
        return None
    sources = json.loads((FOLDER / 'sources.json').read_text(encoding='utf-8'))
    rows = sorted(published['rows'], key=lambda row: row['WAR'])
    used = {letter for row in rows for letter in row['source']}
    return dict(
        protocol=published['protocol'],
        rows=rows,
        sources={k: v for k, v in sources.items() if k in used},
    )
