"""Page with all tables of the experiment in Markdown, and a picture."""

from pathlib import Path

from tgdfer_mm.files import write_text

from ..markdown import table_lines
from .figure import draw_panels
from .making import head_facts
from .plan import EvidencePlan
from .tables import (
    group_table,
    mean_and_spread,
    parts_table,
    sensitivity_table,
    spread_of,
)

FRAME_NUMBERS = ('AUROC', 'AP', 'pointing', 'mAP@0.3', 'mAP@0.5', 'mAP@0.7')

QUESTION = 'What does each part of TG-DFER contribute?'  # what the picture answers

_HEAD = """\
# Evidence: the effect of each part of TG-DFER on SynthDFER

This page measures how much each part of TG-DFER contributes. **The faces are
synthetic**: nothing here was measured on DFEW, FERV39k or MAFW, or with
CLIP's weights. [synthdfer.md](synthdfer.md) describes the clips and their limits.
The page was written by `{command}`. Its remarks are from the plan.
Version {version}, {machine}, {hours:.1f} hours of computing.

{how}
The tower is frozen unless the row says otherwise. Then the features are the same
in all rows with the same clips and vision-language model. Differences in the AUROC of
the relevance have Student's interval over the repeats, and are bold if it excludes 0.
"""


def write_report(
    plan: EvidencePlan,
    root: Path,
    results: list[dict],
    baselines: dict,
    costs: list[str],
    page: Path,
    command: str,
) -> None:
    """Writes the page and its picture.

    Args:
        plan: The plan that was run.
        root: Folder of the experiment.
        results: Result of every job.
        baselines: From :func:`~lab.evidence.baselines.measure_baselines`.
        costs: From :func:`~lab.evidence.costs.cost_section`.
        page: Markdown file; the picture goes to ``images/`` next to it.
        command: Command line that was typed.
    """
    tables = {group['title']: group_table(group, plan, root) for group in plan.groups}
    text = [_HEAD.format(**head_facts(plan, results, command, tables))]
    text += _baseline_sections(baselines)
    picture = page.parent / 'images' / f'{page.stem}.png'
    pictured = plan.groups[0]
    draw_panels(
        tables[pictured['title']], pictured['conditions'][:2], picture, QUESTION
    )
    text.append(f'![{pictured["title"]}]({picture.relative_to(page.parent)})\n')
    for group in plan.groups:
        text += _group_section(group, tables[group['title']])
    text += _frames_section(plan, root, baselines['frames'])
    text += _sensitivity_section(plan, root)
    text += _parts_section(plan, root)
    text += costs
    write_text(page, '\n'.join(text))


def _baseline_sections(baselines: dict) -> list[str]:
    shortcuts = baselines['shortcuts']
    names = list(next(iter(shortcuts.values())))
    lines = [
        '## Shortcuts',
        '',
        'UAR of simple predictors that do not recognise expressions, on fold 1.',
        '',
    ]
    lines += table_lines(
        ['level', *names],
        [
            [level, *(f'{row[name]:.1f}' for name in names)]
            for level, row in shortcuts.items()
        ],
    )
    lines += [
        '',
        '## The small vision-language model without training on clips',
        '',
        'Zero-shot over all clips of a level: UAR, and AUROC of how well the cosine '
        'with the labelled class finds the truly expressive frames.',
        '',
    ]
    rows = baselines['zero_shot']
    lines += table_lines(
        ['model', 'clips', 'texts', 'UAR', 'AUROC'],
        [
            [r['vlm'], r['clips'], r['texts'], f'{r["UAR"]:.1f}', f'{r["AUROC"]:.3f}']
            for r in rows
        ],
    )
    return [*lines, '']


def group_head(group: dict) -> list[str]:
    """The title of a group, and the plan's note on it."""
    note = group.get('note')
    return [f'## {group["title"]}', '', *([note, ''] if note else [])]


def _group_section(group: dict, rows: list[dict]) -> list[str]:
    header = ['row']
    for condition in group['conditions']:
        header += [condition, f'against `{group["compare"]}`']
        header += ['relevance AUROC', 'against']
    body = []
    for config in group['configs']:
        cells = [f'`{config}`']
        for condition in group['conditions']:
            row = next(
                r for r in rows if (r['config'], r['condition']) == (config, condition)
            )
            cells += [
                spread_cell(row['UAR']),
                against_cell(row['against']),
                spread_cell(row['relevance'], 3),
                relevance_cell(row['relevance_against']),
            ]
        body.append(cells)
    return [*group_head(group), *table_lines(header, body), '']


def _frames_section(
    plan: EvidencePlan, root: Path, frames: dict[str, dict[str, list[dict]]]
) -> list[str]:
    lines = [
        '## Which frames matter',
        '',
        'Models that were trained on clip labels only, compared with the truly '
        'expressive frames: AUROC, average precision and pointing game per clip, and '
        'the average precision of intervals at three thresholds of intersection over '
        'union ([definitions](evaluation.md#frame-relevance)). *relevance* is the '
        "weight of a frame in the class's visual prompt, and *instance* is its "
        'probability of the class.',
        '',
        *([plan.frames_note, ''] if plan.frames_note else []),
    ]
    body = []
    for condition, baseline in frames.items():
        rows = {
            source: [mean_and_spread([n[k] for n in numbers]) for k in FRAME_NUMBERS]
            for source, numbers in baseline.items()
        }
        for config in _configs(plan, condition, ('base', plan.reference)):
            for source in ('relevance', 'instance'):
                where = (config, condition, plan, root)
                rows[f'`{config}`, {source}'] = [
                    spread_of(*where, f'{source}/{key}') for key in FRAME_NUMBERS
                ]
        body += [
            [condition, by, *(spread_cell(value, 3) for value in values)]
            for by, values in rows.items()
        ]
    return [*lines, *table_lines(['clips', 'by', *FRAME_NUMBERS], body), '']


def _sensitivity_section(plan: EvidencePlan, root: Path) -> list[str]:
    lines = ['## Temporal sensitivity and another style', '']
    for condition in ('dynamics', 'hard'):
        configs = _configs(plan, condition, ('base', plan.reference, 'mean_pooling'))
        if not configs:
            continue
        rows = sensitivity_table(configs, condition, plan, root)
        tests = [name for name in rows[0] if name != 'config']
        lines += [
            f'UAR on *{condition}*; `other_style` is the held-out style.',
            '',
        ]
        lines += table_lines(
            ['row', *tests],
            [
                [f'`{r["config"]}`', *(spread_cell(r[test]) for test in tests)]
                for r in rows
            ],
        )
        lines.append('')
    return lines


def _parts_section(plan: EvidencePlan, root: Path) -> list[str]:
    lines = ['## How much training changed each part', '']
    for condition in ('hard', 'dynamics'):
        if not _configs(plan, condition, (plan.reference,)):
            continue
        lines += [f'`{plan.reference}` on *{condition}*, mean over the repeats:', '']
        body = []
        for name, part in parts_table(plan.reference, condition, plan, root).items():
            start = part['start']
            body.append(
                [
                    f'`{name}`',
                    f'{start:.3g}' if isinstance(start, int | float) else '',
                    spread_cell(part['end'], 3),
                    spread_cell(part['change'], 3),
                    '**inert**' if part['inert'] else '',
                ]
            )
        lines += [*table_lines(['part', 'start', 'end', 'change', ''], body), '']
    return lines


def _configs(plan: EvidencePlan, condition: str, wanted: tuple) -> list[str]:
    run = {job.config for job in plan.jobs() if job.condition == condition}
    return [config for config in wanted if config in run]


def spread_cell(value: tuple[float, float] | None, digits: int = 1) -> str:
    """Mean and spread; empty if not measured."""
    return '' if value is None else f'{value[0]:.{digits}f} ± {value[1]:.{digits}f}'


def against_cell(result: dict | None) -> str:
    """A difference with its interval and verdict."""
    if result is None:
        return ''
    low, high = result['interval']
    shown = f'{result["difference"]:+.1f} [{low:+.1f}, {high:+.1f}]'
    return f'{shown}, noise' if result['verdict'] == 'noise' else f'**{shown}**'


def relevance_cell(result: dict | None) -> str:
    """A difference in AUROC with its interval, bold where that does not contain 0."""
    if result is None:
        return ''
    low, high = result['interval']
    shown = f'{result["difference"]:+.3f} [{low:+.3f}, {high:+.3f}]'
    return f'**{shown}**' if low > 0 or high < 0 else shown
