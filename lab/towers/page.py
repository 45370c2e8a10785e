"""Page about open_clip's models, from the results of a survey."""

from pathlib import Path

from ..markdown import table_lines
from .survey import TOWERS

HEAD = Path(__file__).with_name('head.md')
WORKS = ('run', 'built')
_COLUMNS = (
    *('model', 'image', 'M params', 'pictures', 'D', 'frozen_stages', 'with_cp'),
    *('text', 'M params', 'tokenizer'),
)


def page_text(found: dict) -> str:
    """The page.

    Args:
        found: Result of :func:`~lab.towers.survey.read_survey`.
    """
    rows = found['rows']
    packages = ', '.join(f'{k} {v}' for k, v in found['versions'].items())
    head = HEAD.read_text(encoding='utf-8').format(models=len(rows), packages=packages)
    lines = [
        head,
        *table_lines(
            ('', 'work', 'of these run', 'of these built'),
            [[name, *map(str, counts)] for name, counts in count(rows).items()],
        ),
    ]
    lines += ['', '## All models', '']
    families = dict.fromkeys(row['family'] for row in rows.values())
    for family in sorted(families, key=str.lower):
        own = {name: row for name, row in rows.items() if row['family'] == family}
        body = [_cells(name, row) for name, row in own.items()]
        lines += [f'### {family}', '', *table_lines(_COLUMNS, body), '']
    lines += _why_lines(rows)
    return '\n'.join(lines)


def count(rows: dict[str, dict]) -> dict[str, tuple[int, int, int]]:
    """Numbers of models that work, that were run, and that were only built.

    Returns:
        ``image``, ``text`` and ``both`` -> counts. Both of a model are run if each is.
    """
    counts = {}
    for kind, towers in dict(image=TOWERS[:1], text=TOWERS[1:], both=TOWERS).items():
        states = [{row[tower]['state'] for tower in towers} for row in rows.values()]
        working = [each for each in states if each <= {*WORKS}]
        run = sum(each == {'run'} for each in working)
        counts[kind] = (len(working), run, len(working) - run)
    return counts


def _cells(name: str, row: dict) -> list[str]:
    image, text = (row[tower] for tower in TOWERS)
    cells = [f'`{name}`', image['state'], *[''] * 5]
    if image['state'] in WORKS:
        cells[2:] = [
            _millions(image),
            f'{image["size"]}{" or any" if image["any_size"] else ""}',
            str(image['width']),
            f'0 to {image["stages"]}',
            'yes' if image['checkpointing'] else 'no',
        ]
    millions = _millions(text) if text['state'] in WORKS else ''
    own = row['tokenizer'] is None
    tokenizer = '' if text['state'] == 'no' else 'own' if own else row['tokenizer']
    return [*cells, text['state'], millions, tokenizer]


def _millions(tower: dict) -> str:
    return f'{tower["parameters"] / 1e6:.1f}'


def _why_lines(rows: dict[str, dict]) -> list[str]:
    why = [
        f'* `{name}`, {tower}: {row[tower]["why"]}'
        for name, row in rows.items()
        for tower in TOWERS
        if 'why' in row[tower]
    ]
    return ['## What does not work, and why', '', *(why or ['Nothing.']), '']
