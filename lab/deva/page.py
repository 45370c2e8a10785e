"""The tables of what the study measured."""

import re
from pathlib import Path

import numpy as np
from scipy import stats

from lab.evidence.differences import paired_difference
from lab.markdown import table_lines
from tgdfer_mm.files import write_text
from tgdfer_mm.protocol.compare import holm

from .study import Results

_PLACE = re.compile(r'(<!-- deva -->\n).*?(<!-- end -->)', re.DOTALL)
REFERENCE = 'alone'


def result_lines(plan: dict, results: Results, chosen: dict) -> list[str]:
    """Figures of each arm, paired differences, and the settings.

    Args:
        plan: The plan.
        results: Of each arm, repeat by repeat; all arms of a repeat have its people.
        chosen: The settings.
    """
    base = _uars(results[REFERENCE])
    others = [arm for arm in results if arm != REFERENCE]
    p_values = holm([_p_value(_uars(results[arm]), base) for arm in others])
    rows = [[plan['arms'][REFERENCE]['name'], _mean(base), '', '', '']]
    for arm, p in zip(others, p_values, strict=True):
        own = _uars(results[arm])
        gates = np.mean([np.abs(each['gates']) for each in results[arm]], axis=0)
        found, difference = paired_difference(base.tolist(), own.tolist()), ''
        if found is not None:
            low, high = found['interval']
            difference = f'{found["difference"]:+.1f} [{low:+.1f}, {high:+.1f}]'
        shown = ', '.join(f'{gate:.2f}' for gate in gates)
        rows.append(
            [plan['arms'][arm]['name'], _mean(own), difference, f'{p:.4f}', shown]
        )
    head = ['told', 'UAR', 'less frames alone, 95 %', 'p (Holm)', 'gates, absolute']
    settings = '; '.join(
        f'{plan["arms"][arm]["name"]}: '
        + ', '.join(f'{key} {value}' for key, value in setting.items())
        for arm, setting in chosen.items()
    )
    people = plan['people']
    return [
        f'{plan["repeats"]} repeats, each with {people["train"]} drawn people to learn '
        f'from and {people["test"]} others to test on, level {plan["level"]}; UAR in '
        'percent, mean and standard deviation.',
        f'Settings, chosen on other people: {settings}.',
        '',
        *table_lines(head, rows),
    ]


def write_tables(page: Path, plan: dict, results: Results, chosen: dict) -> None:
    """Writes the tables into a page, between its marks.

    Raises:
        ValueError: The page has no marks.
    """
    text = page.read_text(encoding='utf-8')
    if not _PLACE.search(text):
        raise ValueError(f'{page} has no place between <!-- deva --> and <!-- end -->')
    content = '\n'.join(result_lines(plan, results, chosen)) + '\n'
    write_text(page, _PLACE.sub(lambda m: m[1] + content + m[2], text))


def _uars(repeats: list[dict]) -> np.ndarray:
    return np.array([each['UAR'] for each in repeats])


def _p_value(own: np.ndarray, base: np.ndarray) -> float:
    if len(own) < 2 or np.ptp(own - base) == 0:  # the test is not defined
        return 1.0
    return float(stats.ttest_rel(own, base).pvalue)


def _mean(values: np.ndarray) -> str:
    spread = f' ± {values.std(ddof=1):.1f}' if len(values) > 1 else ''
    return f'{values.mean():.1f}{spread}'
