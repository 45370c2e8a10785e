"""The page of all configs: which one for which purpose, then each with its figures."""

import json
from pathlib import Path

from ..evidence.plan import config_file
from ..markdown import table_lines
from ..paths import ROOT
from .metafiles import collection_of, read_collections

_HEAD = Path(__file__).with_name('purposes.md')
_COLUMNS = (
    *('config', 'tower', 'frames', 'params (trained)', 'GMACs'),
    *('published params', 'published GFLOPs', 'published UAR / WAR'),
)


def page_text(models: list[dict], comparison: Path) -> str:
    """The page: the table of `purposes.md`, then a table for each method.

    A column without a figure of the method is left out.

    Args:
        models: Entries of the metafiles.
        comparison: JSON next to the page of the comparison; may be absent.
    """
    measured = _measured(comparison)
    lines = [_HEAD.read_text(encoding='utf-8')]
    for collection in read_collections():
        own = [m for m in models if m['In Collection'] == collection['name']]
        if not own:
            continue
        own.sort(key=lambda model: '/' in model['Name'])  # those of configs/ come first
        paper = collection['paper']
        lines += [f'## {collection["name"]}', '', f'[{paper["Title"]}]({paper["URL"]})']
        row = measured.get(collection.get('synth'))
        if 'synth' in collection:
            config = f'`{synth_config(collection["synth"])}`'
            mean = '{:.1f} ± {:.1f}'.format(*row['UAR']) if row else 'not run yet'
            lines += ['', f'SynthDFER ({config}): {mean}']
        remark = collection.get('cost', {}).get('remark')
        if remark:
            lines += ['', f'Published cost: {remark}.']
        lines += ['', *_table([_cells(model) for model in own]), '']
    return '\n'.join(lines)


def synth_config(name: str) -> str:
    """Path of the laboratory's config with a name, from the repository's root."""
    return config_file(name).relative_to(ROOT).as_posix()


def _measured(comparison: Path) -> dict[str, dict]:
    if not comparison.is_file():
        return {}
    rows = json.loads(comparison.read_text(encoding='utf-8'))['rows']
    return {row['config']: row for row in rows if row['condition'] == 'hard'}


def _cells(model: dict) -> list[str]:
    facts, cost = model['Metadata'], collection_of(model['Name']).get('cost', {})
    published = [
        '{} / {} ({})'.format(
            *(result['Metrics'].get(key, '-') for key in ('UAR', 'WAR')),
            result['Reported'],
        )
        for result in model['Results']
    ]
    total, trained = facts['Parameters'], facts['Trained Parameters']
    return [
        f'[{model["Name"]}]({model["Name"]}.py)',
        facts['Architecture'],
        f'{facts["Frames"]} at {facts["Resolution"]}',
        f'{total / 1e6:.2f} ({trained / 1e6:.2f})',
        f'{facts["FLOPs"] / 1e9:.2f}',
        str(cost.get('params', '')),
        str(cost.get('gflops', '')),
        '; '.join(published),
    ]


def _table(rows: list[list[str]]) -> list[str]:
    """The lines of a table, without the columns that are empty in all rows."""
    used = [i for i in range(len(_COLUMNS)) if any(row[i] for row in rows)]
    return table_lines(
        [_COLUMNS[i] for i in used], [[row[i] for i in used] for row in rows]
    )
