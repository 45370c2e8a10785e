"""The shipped configs, for mmengine's lazy configs.

A lazy config inherits from one of these modules::

    from mmengine.config import read_base

    with read_base():
        from tgdfer_mm.configs.tgdfer_demo import *

Another shipped config needs a module of your own that is one line, such as those here.
mmengine runs the modules in its own way, so they have no import statement.
"""

from typing import Any

from mmengine.config import Config

from ..paths import find_config


def shipped(name: str) -> dict[str, Any]:
    """The variables of a shipped config.

    Args:
        name: As for ``tgdfer train``, such as ``baselines/m3dfel_dfew``.

    Raises:
        UnknownConfigError: There is none of that name.
    """
    return dict(Config.fromfile(find_config(name)).items())
