"""Published results for comparison, each with its source."""

import json
from pathlib import Path

FOLDER = Path(__file__).parent / 'published'
# Names of the data sets in their meta information.
FILES = {
    'DFEW': 'dfew',
    'FERV39k': 'ferv39k',
    'MAFW': 'mafw',
    'CREMA-D': 'cremad',
    'RAVDESS': 'ravdess',
    "eNTERFACE'05": 'enterface05',
}


def published_rows(dataset: str, setting: str | None, num_classes: int) -> dict | None:
    """The published results on a data set in a setting.

    Args:
        dataset: Its name, as in the meta information.
        setting: ``single`` or another value: the kind of labels of a clip.
        num_classes: Number of classes.

    Returns:
        ``protocol`` (the known facts about how the numbers were made), ``rows`` (by
        rising WAR) and ``sources`` (the meaning of the letters in a row's ``source``);
        None if nothing is known.
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
