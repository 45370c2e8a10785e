"""The trials of a sweep as a table."""

from collections.abc import Mapping, Sequence

from .study import ERROR, PLACE


def as_table(study, searched: Mapping[str, Mapping]) -> str:
    """The trials in Markdown, the best one first, with the errors of failed ones.

    Args:
        study: A study of Optuna.
        searched: See :func:`.read_space`.
    """
    rows = [each for each in study.get_trials() if PLACE in each.user_attrs]
    rows.sort(key=lambda each: (each.value is None, -(each.value or 0), each.number))
    names = ' | '.join(_short_names(list(searched)))
    lines = [
        f'| trial | UAR on validation clips, % | {names} |',
        '|---' * (2 + len(searched)) + '|',
    ]
    failures = []
    for each in rows:
        value = 'failed' if each.value is None else f'{each.value:.2f}'
        cells = ' | '.join(_text(each.params[key]) for key in searched)
        place = int(each.user_attrs[PLACE].removeprefix('trial'))
        lines.append(f'| {place} | {value} | {cells} |')
        if each.value is None:
            failures.append(f'* Trial {place} failed: {each.user_attrs.get(ERROR)}')
    return '\n'.join([*lines, *([''] if failures else []), *failures]) + '\n'


def _short_names(keys: Sequence[str]) -> list[str]:
    """The last parts of keys; whole keys if the last parts are the same."""
    last = [key.split('.')[-1] for key in keys]
    return [
        key if last.count(name) > 1 else name
        for key, name in zip(keys, last, strict=True)
    ]


def _text(value: object) -> str:
    return f'{value:.3g}' if isinstance(value, float) else str(value)
