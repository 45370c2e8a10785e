"""The page about calibration: tables, a picture, and how intervals are found best."""

from collections.abc import Sequence
from pathlib import Path
from statistics import mean, stdev

from tgdfer_mm.files import write_text
from tgdfer_mm.version import __version__
from tgdfer_mm.visualization.reliability_figure import draw_reliability

from ..markdown import table_lines
from .intervals import RESTS, SHIPPED, best_way, try_way

_NAMES = dict(
    none='the score itself',
    median="above the track's median",
    quarter="above the track's lower quarter",
)


def write_page(
    results: Sequence[dict],
    films: dict[str, list[tuple[dict, dict]]],
    page: Path,
    command: str,
) -> None:
    """Writes the page and, into ``images/`` next to it, its picture.

    Args:
        results: Of :func:`lab.calibration.study.run`.
        films: Name -> results and truths; thresholds are chosen on the first ones.
        page: Markdown file.
        command: What was typed.
    """
    picture = page.parent / 'images' / f'{page.stem}.png'
    picture.parent.mkdir(parents=True, exist_ok=True)
    levels = list(dict.fromkeys(each['level'] for each in results))
    panels = []
    for level in levels:
        own = [each for each in results if each['level'] == level]
        for place, when in enumerate(('before', 'after')):
            ece = mean(each['record']['test'][when]['ECE'] for each in own)
            bins = pool_bins([each['bins'][place] for each in own])
            panels.append((f'{level}, {when}: ECE {ece:.1f} %', bins))
    note = (
        'Test clips of all seeds together; ECE is the mean over the seeds. Drawn faces.'
    )
    draw_reliability(panels, note).savefig(picture)
    head = Path(__file__).with_name('head.md').read_text(encoding='utf-8')
    lines = [head.format(command=command, version=__version__)]
    lines += [f'![Reliability]({picture.relative_to(page.parent)})', '']
    lines += calibration_lines(results)
    lines += interval_lines(films)
    write_text(page, '\n'.join(lines) + '\n')


def pool_bins(parts: Sequence[list[dict]]) -> list[dict]:
    """The bins of several sets of clips as those of one."""
    pooled: dict[float, dict] = {}
    for each in (b for part in parts for b in part):
        known = pooled.setdefault(each['low'], dict(each, clips=0))
        total = known['clips'] + each['clips']
        for key in ('confidence', 'accuracy'):
            weighted = known['clips'] * known[key] + each['clips'] * each[key]
            known[key] = weighted / total
        known['clips'] = total
    return [pooled[low] for low in sorted(pooled)]


def calibration_lines(results: Sequence[dict]) -> list[str]:
    """The table of trainings, and their means."""
    header = ['level', 'seed', 'fitted to', 'T', 'tested on', 'ECE before', 'after']
    header += ['NLL before', 'after', 'accuracy']
    rows = []
    for each in results:
        record, test = each['record'], each['record']['test']
        rows.append(
            [
                each['level'],
                str(each['seed']),
                f'{record["clips"]} clips, {record["people"]} people',
                f'{record["temperature"]:.3f}',
                f'{test["clips"]} clips, {test["people"]} people',
                *_pair(test, 'ECE', 2),
                *_pair(test, 'NLL', 3),
                f'{test["before"]["accuracy"]:.1f}',
            ]
        )
    lines = ['## Before and after', '', *table_lines(header, rows), '']
    for level in dict.fromkeys(each['level'] for each in results):
        tests = [e['record']['test'] for e in results if e['level'] == level]
        said = ', '.join(
            f'{name} {_spread(tests, "before", name, digits)} before and '
            f'{_spread(tests, "after", name, digits)} after'
            for name, digits in (('ECE', 2), ('NLL', 3))
        )
        better = sum(t['after']['ECE'] < t['before']['ECE'] for t in tests)
        lines.append(
            f'* *{level}*: {said} (mean and standard deviation over {len(tests)} '
            f'seeds); the ECE is lower after in {better} of {len(tests)}.'
        )
    return [*lines, '']


def interval_lines(films: dict[str, list[tuple[dict, dict]]]) -> list[str]:
    """The comparison of thresholds on scores and on what is above the rest."""
    choosing = next(iter(films.values()))
    ways = [('as shipped', SHIPPED)]
    ways += [('chosen', best_way(choosing, rest)[0]) for rest in RESTS]
    header = ['threshold on', '', 'threshold', 'hold']
    for name in films:
        header += [f'{name}: found', 'false', 'F1']
    rows = []
    for what, way in ways:
        cells = [_NAMES[way.rest], what, f'{way.threshold:g}', f'{way.hold:g}']
        for each in films.values():
            found = try_way(each, way)
            cells += [
                f'{found["found"]} of {found["episodes"]}',
                f'{found["false"]} of {found["intervals"]}',
                f'{found["F1"]:.1f}',
            ]
        rows.append(cells)
    return ['## Intervals relative to the rest', '', *table_lines(header, rows), '']


def _pair(test: dict, name: str, digits: int) -> list[str]:
    return [f'{test[when][name]:.{digits}f}' for when in ('before', 'after')]


def _spread(tests: Sequence[dict], when: str, name: str, digits: int) -> str:
    values = [test[when][name] for test in tests]
    spread = stdev(values) if len(values) > 1 else 0.0
    return f'{mean(values):.{digits}f} ± {spread:.{digits}f}'
