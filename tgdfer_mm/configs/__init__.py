"""The shipped configs as modules, for mmengine's lazy configs.

A lazy config inherits from one of these modules::

    from mmengine.config import read_base

    with read_base():
        from tgdfer_mm.configs.tgdfer_demo import *

For another shipped config, write a module of one line like those here. mmengine runs
these modules in its own way, so they have no import statement.
"""

from typing import Any

from mmengine.config import Config

from ..paths import find_config


def shipped(name: str) -> dict[str, Any]:
    """The variables of a shipped config.

    Args:
        name: Name of the config as for ``tgdfer train``, such as
            ``baselines/m3dfel_dfew``.

    Raises:
        UnknownConfigError: If there is no config of that name.
    """
    return dict(Config.fromfile(find_config(name)).items())
