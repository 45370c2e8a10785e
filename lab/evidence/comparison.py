"""Page that compares whole methods, with one table for each condition."""

import json
from pathlib import Path

from mmengine.registry import init_default_scope

from tgdfer_mm.files import write_text
from tgdfer_mm.registry import MODELS

from ..markdown import table_lines
from .costs import cost_section
from .experiment import SHIPPED_VLM
from .figure import draw_panels
from .making import head_facts
from .plan import EvidencePlan, Job
from .report import against_cell, group_head, spread_cell
from .tables import group_table, sensitivity_table, spread_of
from .train import job_config

QUESTION = 'Which method reads drawn clips best?'  # what the picture answers

_HEAD = """\
# Related methods compared with TG-DFER on SynthDFER

This page compares TG-DFER with related methods. **The faces are synthetic**: nothing
here was measured on DFEW, FERV39k or MAFW, or with CLIP's weights.
[synthdfer.md](synthdfer.md) describes the clips and their limits, and
[baselines.md](baselines.md) describes each method. The order of the rows may differ on
real faces. The tables show the effect of each method *on the same tower, frames and
schedule*. They do not show what its authors reach with towers and recipes of their own.
The page was written by `{command}`. Its remarks are from the plan.
Version {version}, {machine}, {hours:.1f} hours of computing.

{how}

UAR and WAR are in percent. *Trained* is the number of trained parameters, in thousands.
*Relevance* and *frames* are AUROCs: they show how well a value of each frame separates
the truly expressive frames from the others. For *relevance* the value is the weight
that the method gives the frame for the labelled class (or, in methods that pool by
attention, for all classes). For *frames* it is the method's own score of the frame. 0.5
is chance, and also the result of equal weights.
"""


def write_comparison(
    plan: EvidencePlan, root: Path, results: list[dict], page: Path, command: str
) -> None:
    """Writes the page, its picture, and its rows as JSON next to it.

    Args:
        plan: The plan that was run.
        root: Folder of the experiment.
        results: Result of every job.
        page: Markdown file. The picture goes to ``images/`` next to it, the rows to a
            file of the same name ending in ``.json``.
        command: Command line that was typed.
    """
    tables = {
        group['title']: comparison_rows(group, plan, root) for group in plan.groups
    }
    facts = head_facts(plan, results, command, tables)
    text = [_HEAD.format(**facts)]
    picture = page.parent / 'images' / f'{page.stem}.png'
    pictured = plan.groups[0]
    draw_panels(
        tables[pictured['title']], pictured['conditions'][:2], picture, QUESTION
    )
    text.append(f'![{pictured["title"]}]({picture.relative_to(page.parent)})\n')
    for group in plan.groups:
        text += _group_section(group, tables[group['title']], plan)
    text += _order_section(plan, root)
    text += cost_section(plan, root, _any_weights(plan))
    write_text(page, '\n'.join(text))
    rows = [row for rows in tables.values() for row in rows]
    kept = dict(command=command, version=facts['version'], repeats=plan.repeats)
    content = dict(kept, rows=rows)
    write_text(page.with_suffix('.json'), json.dumps(content, indent=1) + '\n')


def comparison_rows(group: dict, plan: EvidencePlan, root: Path) -> list[dict]:
    """The rows of :func:`~lab.evidence.tables.group_table`, with more columns.

    Returns:
        Rows that have, besides, ``name``, ``trained`` (parameters), ``tower``, ``WAR``
        and ``frames`` (AUROC of the instances' own scores), and in ``relevance`` that
        of the attention where there is no relevance.
    """
    rows = []
    for row in group_table(group, plan, root):
        where = (row['config'], row['condition'], plan, root)
        row['relevance'] = row['relevance'] or spread_of(*where, 'attention/AUROC')
        rows.append(
            dict(
                row,
                name=plan.names.get(row['config'], row['config']),
                WAR=spread_of(*where, 'dfer/WAR'),
                frames=spread_of(*where, 'instance/AUROC'),
                **_model_facts(*where),
            )
        )
    return rows


def _model_facts(config: str, condition: str, plan: EvidencePlan, root: Path) -> dict:
    cfg = job_config(Job(config, condition, 0), plan, root, _any_weights(plan))
    init_default_scope(cfg.default_scope)
    model = MODELS.build(cfg.model)
    trained = sum(p.numel() for p in model.parameters() if p.requires_grad)
    if not any(p.requires_grad for p in model.backbone.parameters()):
        tower = 'shared, frozen'
    elif cfg.model.backbone.get('pretrained'):
        tower = 'shared, tuned'
    else:
        tower = 'own, from scratch'
    return dict(trained=trained, tower=tower)


def _group_section(group: dict, rows: list[dict], plan: EvidencePlan) -> list[str]:
    compared = plan.names.get(group['compare'], group['compare'])
    header = ['method', 'tower', 'trained', 'UAR', 'WAR', f'against {compared}']
    header += ['relevance', 'frames']
    lines = group_head(group)
    for condition in group['conditions']:
        body = [
            [
                f'{row["name"]} (`{row["config"]}`)',
                row['tower'],
                f'{row["trained"] / 1e3:.0f}',
                spread_cell(row['UAR']),
                spread_cell(row['WAR']),
                against_cell(row['against']),
                spread_cell(row['relevance'], 3),
                spread_cell(row['frames'], 3),
            ]
            for row in rows
            if row['condition'] == condition
        ]
        lines += [f'### {condition}', '', *table_lines(header, body), '']
    return lines


def _order_section(plan: EvidencePlan, root: Path) -> list[str]:
    """Section about the methods that use the order of the frames."""
    if 'dynamics' not in plan.conditions or not plan.perturbations:
        return []
    configs = dict.fromkeys(j.config for j in plan.jobs() if j.condition == 'dynamics')
    rows = sensitivity_table([*configs], 'dynamics', plan, root)
    tests = ['plain', *plan.perturbations]
    body = [
        [
            plan.names.get(row['config'], row['config']),
            *(spread_cell(row[test]) for test in tests),
        ]
        for row in rows
    ]
    return [
        '## Which methods use the order of the frames',
        '',
        'UAR on *dynamics*, with frames in their own order (plain) and perturbed. A '
        'method that ignores the order has the same UAR for shuffled and reversed '
        'frames, and reaches at most half.',
        '',
        *table_lines(['method', *tests], body),
        '',
    ]


def _any_weights(plan: EvidencePlan) -> dict[str, str]:
    """Shipped weights for all towers, since sizes and costs are the same."""
    return dict.fromkeys(('shipped', *plan.vlms), SHIPPED_VLM)
