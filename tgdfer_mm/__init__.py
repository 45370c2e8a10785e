"""TG-DFER and the reference toolbox for dynamic facial expression recognition.

Importing the package registers its parts in mmaction2's registries.
"""

from .compat import apply as _apply_compat
from .moved import find_moved_modules

find_moved_modules()
_apply_compat()  # before anything imports mmaction.models

from . import (  # noqa: E402
    datasets,
    engine,
    evaluation,
    models,
    recipe,
    visualization,
)
from .environment import setting  # noqa: E402
from .version import __version__  # noqa: E402

__all__ = [
    '__version__',
    'datasets',
    'engine',
    'evaluation',
    'models',
    'recipe',
    'setting',
    'visualization',
]
