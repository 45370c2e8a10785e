"""Settings given on a command line."""

from argparse import Namespace
from collections.abc import Sequence

from mmengine.config import DictAction


def parse_settings(texts: Sequence[str]) -> dict:
    """Gives ``['a.b=1', 'c=[x,y]']`` as ``{'a.b': 1, 'c': ['x', 'y']}``.

    They are read as mmengine's command lines read ``--cfg-options``.

    Args:
        texts: Each ``key=value``.
    """
    found = Namespace(settings={})
    if not texts:
        return {}
    DictAction('--settings', 'settings')(None, found, list(texts))
    return found.settings
