"""Page about few clips: tables, a picture, and advice."""

import json
from pathlib import Path

from tgdfer_mm.files import write_text
from tgdfer_mm.version import __version__
from tgdfer_mm.visualization.palette import LINES
from tgdfer_mm.visualization.style import SMALL, Sheet

from ..evidence.report import against_cell
from ..markdown import table_lines
from .figures import figure_rows, mean_of_runs
from .study import switch_runs, tuning_runs

_PANEL, _FONT, _TOP = 3.6, 9, 0.85


def write_page(
    plan: dict, recipes: dict[str, dict], root: Path, page: Path, command: str
) -> None:
    """Writes the page, its picture, and its rows as JSON.

    Args:
        plan: The plan that was run.
        recipes: Recipe of each arm.
        root: Folder of the study.
        page: Markdown file. The picture goes to ``images/`` next to it, the rows into
            ``few_clips.json`` in the folder of the study.
        command: Command line that was typed.
    """
    rows = figure_rows(plan, recipes, root)
    picture = page.parent / 'images' / f'{page.stem}.png'
    draw_curves(plan, rows, picture)
    head, advice = (
        Path(__file__).with_name(name).read_text(encoding='utf-8')
        for name in ('head.md', 'advice.md')
    )
    facts = {k: plan[k] for k in ('repeats', 'max_steps')}
    facts |= dict(command=command, version=__version__, advice=advice)
    lines = [head.format(**facts)]
    lines += [f'![UAR by clips per class]({picture.relative_to(page.parent)})', '']
    for level in plan['levels']:
        lines += _level_lines(plan, [r for r in rows if r['level'] == level], level)
    lines += _recipe_lines(plan, recipes, root)
    write_text(page, '\n'.join(lines))
    write_text(root / 'few_clips.json', json.dumps(rows, indent=1) + '\n')


def _level_lines(plan: dict, rows: list[dict], level: str) -> list[str]:
    counts = [0, *plan['levels'][level]['clips']]
    cells = {(row['arm'], row['clips']): row for row in rows}
    uar, against = [], []
    for arm in plan['levels'][level]['arms']:
        name = plan['arms'][arm]['name']
        found = [cells.get((arm, clips)) for clips in counts]
        uar.append([name, *(_uar_cell(row) for row in found)])
        if arm != plan['reference']:
            body = [against_cell(row['against']) if row else '' for row in found]
            against.append([name, *body])
    names = ['untrained', *map(str, counts[1:])]
    reference = plan['arms'][plan['reference']]['name']
    return [
        f'## Level {level}: UAR by clips per class',
        '',
        *table_lines(['clips per class', *names], uar),
        '',
        f'Difference to *{reference}*, on the same test clips, in points (bold: not '
        'noise):',
        '',
        *table_lines(['clips per class', *names], against),
        '',
    ]


def _uar_cell(row: dict | None) -> str:
    if row is None:
        return ''
    value, low, high = row['UAR']
    return f'{value:.1f} [{low:.0f}, {high:.0f}]'


def _recipe_lines(plan: dict, recipes: dict[str, dict], root: Path) -> list[str]:
    tuned = [arm for arm, facts in plan['arms'].items() if 'recipe_of' not in facts]
    body = []
    for arm in tuned:
        grid: dict[tuple, list] = {}
        for run in tuning_runs(plan, arm):
            grid.setdefault((run.recipe['epochs'], run.recipe['lr']), []).append(run)
        for (epochs, lr), runs in grid.items():
            mark = '**' if dict(lr=lr, epochs=epochs) == recipes[arm] else ''
            uar = f'{mark}{mean_of_runs(runs, root):.1f}{mark}'
            body.append([plan['arms'][arm]['name'], str(epochs), f'{lr:g}', uar])
    reference = plan['reference']
    switches: dict[str, list] = {}
    for run in switch_runs(plan, reference, recipes[reference]):
        switches.setdefault(run.switch, []).append(run)
    chosen = [r for r in tuning_runs(plan, reference) if r.recipe == recipes[reference]]
    rows = [['as chosen', f'{mean_of_runs(chosen, root):.1f}']]
    rows += [[n, f'{mean_of_runs(runs, root):.1f}'] for n, runs in switches.items()]
    tuning = plan['tuning']
    return [
        '## How the recipes were chosen',
        '',
        f'On other drawn people than those above: level {", ".join(tuning["levels"])}, '
        f'{", ".join(map(str, tuning["clips"]))} clips per class, {tuning["repeats"]} '
        f'repeats, batches of {plan["batch_size"]}. For every arm the learning rate '
        'and the number of epochs with the highest UAR were chosen (bold). Variants of '
        'the first arm use those of the first arm.',
        '',
        *table_lines(['arm', 'epochs', 'learning rate', 'UAR'], body),
        '',
        f'*{plan["arms"][reference]["name"]}* with one change each. Differences of a '
        'few points are noise here.',
        '',
        *table_lines(['change', 'UAR'], rows),
        '',
    ]


def draw_curves(plan: dict, rows: list[dict], path: Path) -> None:
    """Draws UAR over clips per class, a panel for each level.

    Args:
        plan: What was run.
        rows: From :func:`~lab.few.figures.figure_rows`.
        path: PNG file.
    """
    levels = plan['levels']
    counts = sorted({row['clips'] for row in rows})
    legend = 0.13 * len(plan['arms'])
    sheet = Sheet(0.8 + len(levels) * (_PANEL + 0.5), _PANEL + legend + _TOP + 1.0)
    question = 'How many clips a class does TG-DFER need?'
    sheet.text(0.1, 0.15, question, fontsize=13, weight='bold')
    for place, level in enumerate(levels):
        left = 0.6 + place * (_PANEL + 0.5)
        axes = sheet.axes(left, _TOP, _PANEL, _PANEL)
        for number, (arm, facts) in enumerate(plan['arms'].items()):
            own = [r for r in rows if (r['level'], r['arm']) == (level, arm)]
            if not own:
                continue
            value, low, high = zip(*(r['UAR'] for r in own), strict=True)
            shift = 0.03 * (number - len(plan['arms']) / 2)
            axes.errorbar(
                [counts.index(r['clips']) + shift for r in own],
                value,
                yerr=[
                    [v - x for v, x in zip(value, low, strict=True)],
                    [x - v for v, x in zip(value, high, strict=True)],
                ],
                **LINES[number % len(LINES)],
                markersize=5.5,
                linewidth=1.2,
                elinewidth=0.7,
                label=facts['name'],
            )
        axes.set_xticks(range(len(counts)), ['none', *map(str, counts[1:])])
        axes.set_xlim(-0.4, len(counts) - 0.6)
        axes.set_ylim(0, 100)
        axes.tick_params(labelsize=_FONT)
        axes.grid(axis='y', alpha=0.3)
        axes.set_title(f'level {level}', fontsize=_FONT + 1)
        axes.set_xlabel('training clips of each class', fontsize=_FONT)
    sheet.figure.axes[0].set_ylabel('UAR, percent', fontsize=_FONT)
    handles, names = sheet.figure.axes[0].get_legend_handles_labels()
    anchor = (0.6 / sheet.width, 0.35 / sheet.height)
    box = dict(loc='lower left', bbox_to_anchor=anchor, ncols=2, fontsize=_FONT)
    sheet.figure.legend(handles, names, **box)
    note = 'Bars: 95 % intervals over clips and repeats. Synthetic faces.'
    sheet.text(0.6, sheet.height - 0.25, note, fontsize=SMALL)
    path.parent.mkdir(parents=True, exist_ok=True)
    sheet.figure.savefig(path)
