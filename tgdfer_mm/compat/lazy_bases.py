"""Repairs lazy configs that inherit from a config in a package."""

import importlib.util
from functools import wraps
from os import path


def find_bases_in_packages() -> None:
    """Makes ``with read_base(): from package.configs.x import *`` find the package.

    mmengine 0.10.7 asks pkg_resources for the place of a package, but setuptools 82 and
    newer do not have it. For a package that is installed as a link to a checkout, or
    whose distribution has several modules, it also gives a wrong place. Here Python's
    import system is asked.
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
                f'no package {package!r} is installed, but a config inherits from it '
                'in `with read_base():`; install it'
            )
        return path.dirname(spec.origin)

    config.get_installed_path = wrapped
