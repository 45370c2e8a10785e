"""Page about calibration: tables, a picture, and the best way to find intervals."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from statistics import mean, stdev

import numpy as np

from tgdfer_mm.files import write_text
from tgdfer_mm.version import __version__
from tgdfer_mm.visualization.reliability_figure import draw_reliability

from ..markdown import table_lines
from .intervals import RESTS, SHIPPED, Way, choose, try_way

_NAMES = dict(
    none='the score itself',
    median="above the track's median",
    quarter="above the track's lower quarter",
)


def write_page(
    results: Sequence[dict],
    films: Sequence[tuple[dict, dict]],
    page: Path,
    command: str,
) -> None:
    """Writes the page and, into ``images/`` next to it, its picture.

    Args:
        results: Results of :func:`lab.calibration.study.run`.
        films: Result and truth of each film.
        page: Markdown file.
        command: Command line that was typed.
    """
    picture = page.parent / 'images' / f'{page.stem}.png'
    picture.parent.mkdir(parents=True, exist_ok=True)
    chosen = [each for each in results if each['epoch'] == 'chosen']
    panels = []
    for level in dict.fromkeys(each['level'] for each in chosen):
        own = [each for each in chosen if each['level'] == level]
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
    """The bins of several sets of clips, combined."""
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
    header = [
        'level',
        'seed',
        'epoch',
        'fitted to',
        'T',
        'tested on',
        'ECE before',
        'after',
    ]
    header += ['by chance', 'NLL before', 'after', 'accuracy']
    rows = []
    for each in results:
        record, test = each['record'], each['record']['test']
        rows.append(
            [
                each['level'],
                str(each['seed']),
                each['epoch'],
                f'{record["clips"]} clips, {record["people"]} people',
                f'{record["temperature"]:.3f}',
                f'{test["clips"]} clips, {test["people"]} people',
                *_pair(test, 'ECE', 2),
                f'{chance_error(each["bins"][1]):.2f}',
                *_pair(test, 'NLL', 3),
                f'{test["before"]["accuracy"]:.1f}',
            ]
        )
    lines = ['## Before and after', '', *table_lines(header, rows), '']
    for level, epoch in dict.fromkeys((e['level'], e['epoch']) for e in results):
        own = [e for e in results if (e['level'], e['epoch']) == (level, epoch)]
        tests = [each['record']['test'] for each in own]
        said = ', '.join(
            f'{name} {_spread(tests, "before", name, digits)} before and '
            f'{_spread(tests, "after", name, digits)} after'
            for name, digits in (('ECE', 2), ('NLL', 3))
        )
        better = sum(t['after']['ECE'] < t['before']['ECE'] for t in tests)
        lines.append(
            f'* *{level}*, {epoch} epoch: {said} (mean and standard deviation over '
            f'{len(tests)} seeds); the ECE is lower after in {better} of {len(tests)}.'
        )
    return [*lines, '']


def chance_error(bins: Sequence[dict], draws: int = 2000) -> float:
    """The ECE of a perfectly calibrated model with as many clips, in percent.

    With few clips, no bin has exactly its expected share of hits, so this is far from
    0.

    Args:
        bins: Bins of the scores; the number of right clips of a bin is drawn with its
            mean score.
        draws: Number of draws.
    """
    rng = np.random.default_rng(0)
    clips = np.array([b['clips'] for b in bins])
    expected = np.array([b['confidence'] for b in bins])
    hits = rng.binomial(clips, np.minimum(expected, 1), (draws, len(bins)))
    return float(100 * np.abs(hits - clips * expected).sum(1).mean() / clips.sum())


def interval_lines(films: Sequence[tuple[dict, dict]]) -> list[str]:
    """Compares thresholds on scores with thresholds relative to the rest."""
    header = ['threshold on', 'threshold', 'hold', 'found', 'false', 'F1']
    header += ['left out: found', 'false', 'F1']
    rows = []
    for rest in RESTS:
        way = replace(SHIPPED, rest=rest)
        cells = [_NAMES[rest], *_thresholds(way), *_counts(try_way(films, way))]
        rows.append([*cells, '', '', ''])
    for rest in RESTS:
        way, found, apart = choose(films, rest)
        cells = [f'{_NAMES[rest]}, chosen', *_thresholds(way)]
        rows.append([*cells, *_counts(found), *_counts(apart)])
    return ['## Intervals relative to the rest', '', *table_lines(header, rows), '']


def _thresholds(way: Way) -> list[str]:
    return [f'{way.threshold:g}', f'{way.hold:g}']


def _counts(found: dict) -> list[str]:
    return [
        f'{found["found"]} of {found["episodes"]}',
        f'{found["false"]} of {found["intervals"]}',
        f'{found["F1"]:.1f}',
    ]


def _pair(test: dict, name: str, digits: int) -> list[str]:
    return [f'{test[when][name]:.{digits}f}' for when in ('before', 'after')]


def _spread(tests: Sequence[dict], when: str, name: str, digits: int) -> str:
    values = [test[when][name] for test in tests]
    spread = stdev(values) if len(values) > 1 else 0.0
    return f'{mean(values):.{digits}f} ± {spread:.{digits}f}'
