"""Repairs of mmaction2's wheel: a missing folder, and a slow import."""

import importlib
import importlib.util
import sys
from pathlib import Path
from types import ModuleType


def stub_missing_drn() -> None:
    """Provides a folder that mmaction2 imports but that its wheel lacks.

    ``mmaction/models/localizers/drn`` has no ``__init__.py``, so the wheel lacks it and
    ``import mmaction.models`` fails
    (https://github.com/open-mmlab/mmaction2/issues/2714). Does nothing if the file
    exists, as in a source checkout. The search is by path, because a search for the
    submodule would run the broken import.
    """
    name = 'mmaction.models.localizers.drn'
    spec = importlib.util.find_spec('mmaction')
    folders = spec.submodule_search_locations if spec else []
    if any(Path(f, 'models/localizers/drn/drn.py').is_file() for f in folders):
        return

    class DRN:
        """Names the place of the real class."""

        def __init__(self, *args, **kwargs) -> None:
            raise NotImplementedError(
                "DRN is missing from mmaction2's wheel; install mmaction2 from source."
            )

    package, module = ModuleType(name), ModuleType(f'{name}.drn')
    package.__path__ = []
    package.drn, module.DRN = module, DRN
    sys.modules.setdefault(package.__name__, package)
    sys.modules.setdefault(module.__name__, module)


def postpone_scipy_stats() -> None:
    """Imports mmaction2's transforms without all of ``scipy.stats``.

    mmaction2 1.2.0 imports it, which takes more than half a second, for the function
    ``mode`` in one transform of skeletons. With this repair, that function imports it
    when it is called; any other name is imported at once, as usual. Does nothing if
    either is imported already.
    """
    name, asks = 'scipy.stats', 'mmaction.datasets.transforms'
    if name in sys.modules or asks in sys.modules:
        return
    stand_in = ModuleType(name)

    def real() -> ModuleType:
        if sys.modules.get(name) is stand_in:
            del sys.modules[name]
        return importlib.import_module(name)

    def load(attribute: str) -> object:
        if attribute.startswith('__'):  # attributes that Python reads from every module
            raise AttributeError(attribute)
        return getattr(real(), attribute)

    stand_in.mode = lambda *args, **kwargs: real().mode(*args, **kwargs)
    stand_in.__getattr__ = load
    sys.modules[name] = stand_in
    try:
        importlib.import_module(asks)
    finally:
        if sys.modules.get(name) is stand_in:
            del sys.modules[name]
