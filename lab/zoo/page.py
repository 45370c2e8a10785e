"""The page of the model zoo, from the metafiles."""

import json
from pathlib import Path

from ..evidence.plan import config_file
from ..markdown import table_lines
from ..paths import ROOT
from .metafiles import collection_of, read_collections

_HEAD = """\
# Model zoo

Written by `python lab/tools/zoo.py`; the same facts are in the `metafile.yml` files,
for OpenMMLab's tools. Every config in this folder that can be trained has a row. The
ablations and the small configs that stand for the methods on SynthDFER have none; they
are in `lab/configs/`, see docs/evidence.md and docs/comparison.md.

* **params**: millions, of the whole model, and those that are trained; **GMACs**:
  billions of multiply-adds of one video in testing, which the field calls GFLOPs. Both
  are measured by `python lab/tools/zoo.py --measure`; the texts of the classes are
  computed once and not counted.
* **published**: what its authors or a survey state, if anything. UAR / WAR in percent
  on the data set of the config, with how the checkpoint was selected, as far as known;
  the sources are in the metafiles. *Best on the test clips* is not comparable with a
  last epoch: the difference is up to four points (docs/protocols.md).
* **here**: DFEW, FERV39k and MAFW need a licence, CREMA-D, RAVDESS and eNTERFACE'05 do
  not; on none of them anything was run here.
* **SynthDFER**: UAR on the level *hard*, mean and standard deviation over the repeats,
  of the method's parts *on one small frozen tower*, from docs/comparison.md. It says
  nothing about real faces.

To reproduce a row: all folds and the protocol's mean (docs/protocols.md), or one fold:

```bash
python tools/run_folds.py configs/CONFIG.py
python tools/train.py configs/CONFIG.py --fold 1
```
"""
_COLUMNS = (
    *('config', 'tower', 'frames', 'params (trained)', 'GMACs'),
    *('published params', 'published GFLOPs', 'published UAR / WAR', 'here'),
)


def page_text(models: list[dict], comparison: Path) -> str:
    """The page.

    Args:
        models: Entries of the metafiles.
        comparison: JSON beside the page of the comparison; may be absent.
    """
    measured = _measured(comparison)
    lines = [_HEAD]
    for collection in read_collections():
        own = [m for m in models if m['In Collection'] == collection['name']]
        if not own:
            continue
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
        lines += ['', *table_lines(_COLUMNS, map(_cells, own))]
        lines.append('')
    return '\n'.join(lines)


def synth_config(name: str) -> str:
    """Where the laboratory's config of a name is, from the repository's root."""
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
    own = (
        'see docs/evidence.md' if 'Synth' in facts['Training Data'] else 'not run here'
    )
    return [
        f'[{model["Name"]}]({model["Name"]}.py)',
        facts['Architecture'],
        f'{facts["Frames"]} at {facts["Resolution"]}',
        f'{total / 1e6:.2f} ({trained / 1e6:.2f})',
        f'{facts["FLOPs"] / 1e9:.2f}',
        str(cost.get('params', '')),
        str(cost.get('gflops', '')),
        '; '.join(published) or 'not known',
        own,
    ]
