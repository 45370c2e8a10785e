"""Lazy configs that inherit from a config in a package."""

import importlib.util
from functools import wraps
from os import path


def find_bases_in_packages() -> None:
    """Lets ``with read_base(): from package.configs.x import *`` find the package.

    mmengine 0.10.7 asks pkg_resources where a package is, which is gone from setuptools
    since version 82. Of a package that is installed as a link to a checkout, or whose
    distribution has several modules, it is told a wrong place. Python itself knows.
    """
    from mmengine.config import config

    installed = config.get_installed_path
    if hasattr(installed, '__wrapped__'):
        return

    @wraps(installed)
    def wrapped(package: str) -> str:
        spec = importlib.util.find_spec(package)
        if spec is None or spec.origin is None:
            raise config.ConfigParsingError(
                f'no package {package!r} is installed, of which a config in '
                '`with read_base():` is to be read'
            )
        return path.dirname(spec.origin)

    config.get_installed_path = wrapped
