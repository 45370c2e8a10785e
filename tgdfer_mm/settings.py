"""Reads the settings of a command line."""

import math
import re
from argparse import Namespace
from collections.abc import Iterator, Sequence

from mmengine.config import DictAction

_DICT = re.compile(r"""[\[(\s'"]*(dict\s*\(|\{\s*['"}])""")


class SettingError(ValueError):
    """A setting whose value cannot be read."""

    exit_code = 2  # of a command


def parse_settings(texts: Sequence[str]) -> dict:
    """Turns ``['a.b=1', 'c=[x,y]']`` into ``{'a.b': 1, 'c': ['x', 'y']}``.

    They are read as mmengine's command lines read ``--cfg-options``.

    Args:
        texts: Each ``key=value``.

    Raises:
        SettingError: A value is a dict, has a bracket without its partner, or is too
            large a number.
    """
    found = Namespace(settings={})
    for text in texts:
        key, _, value = text.partition('=')
        if _DICT.match(value):
            raise SettingError(
                f'{_short(text)}: a value is a number, a word or a list, and no dict. '
                f'Give each of its entries its own key, such as {key}.name=value.'
            )
        try:
            DictAction('--settings', 'settings')(None, found, [text])
        except (AssertionError, RecursionError) as error:
            raise SettingError(
                f'{_short(text)}: its brackets do not match, or are too many.'
            ) from error
        numbers = _leaves(found.settings[key])
        if any(map(math.isinf, numbers)) and 'inf' not in value.lower():
            raise SettingError(f'{_short(text)}: the number is too large.')
    return found.settings


def _leaves(value: object) -> Iterator[float]:
    if isinstance(value, list | tuple):
        for each in value:
            yield from _leaves(each)
    elif isinstance(value, float):
        yield value


def _short(text: str) -> str:
    return text if len(text) <= 80 else f'{text[:80]}...'
