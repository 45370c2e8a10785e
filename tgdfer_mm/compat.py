"""The only home of work-arounds for upstream packages.

mmaction2 has had no release since 2023 and mmengine's repairs are unreleased, so
what is broken there is repaired here when the package is imported. Each repair is
one function that says what is wrong, where that is known upstream, and does nothing
where it is not needed.
"""

import importlib
import importlib.util
import sys
import warnings
from collections.abc import Callable
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from types import ModuleType
from unittest import mock


def apply() -> None:
    """Applies every work-around that is still needed.

    Raises:
        ImportError: mmcv is absent, or one that mmaction2 refuses.
    """
    require_mmcv()
    silence_missing_operator()
    silence_deprecations_of_mmengine()
    stub_missing_drn()
    postpone_scipy_stats()
    allow_distributed_without_cuda()
    allow_ddp_without_cuda()
    find_shipped_bases()


def require_mmcv() -> None:
    """Says what to install where mmaction2 would fail on a bare assert.

    mmaction2 does not declare mmcv, because two packages provide it, and asserts
    2.0.0rc4 <= mmcv < 2.2.0 (https://github.com/open-mmlab/mmaction2/issues/2852).

    Raises:
        ImportError: mmcv is absent, or one that mmaction2 refuses.
    """
    wanted = (
        'mmaction2 1.2.0 needs mmcv>=2.1,<2.2 or mmcv-lite>=2.1,<2.2 (pure Python, '
        'enough for this package): pip install "tgdfer_mm[lite]"'
    )
    if importlib.util.find_spec('mmcv') is None:
        raise ImportError(f'No mmcv is installed. {wanted}')
    from mmcv import __version__ as found
    from mmengine.utils import digit_version

    if not digit_version('2.0.0rc4') <= digit_version(found) < digit_version('2.2.0'):
        raise ImportError(
            f'mmcv {found} is installed. {wanted} (after uninstalling mmcv {found})'
        )


def stub_missing_drn() -> None:
    """Stands in for a folder that mmaction2's wheel forgot but imports.

    ``mmaction/models/localizers/drn`` has no ``__init__.py``, so the wheel lacks it
    and ``import mmaction.models`` fails
    (https://github.com/open-mmlab/mmaction2/issues/2714). Does nothing if the file
    is there, as in a source checkout. The file is looked for by its path, since
    looking for the sub-module would run the broken import.
    """
    name = 'mmaction.models.localizers.drn'
    spec = importlib.util.find_spec('mmaction')
    folders = spec.submodule_search_locations if spec else []
    if any(Path(f, 'models/localizers/drn/drn.py').is_file() for f in folders):
        return

    class DRN:
        """Says where the real one is."""

        def __init__(self, *args, **kwargs) -> None:
            raise NotImplementedError(
                "DRN is missing from mmaction2's wheel; install mmaction2 from source."
            )

    package, module = ModuleType(name), ModuleType(f'{name}.drn')
    package.__path__ = []
    package.drn, module.DRN = module, DRN
    sys.modules.setdefault(package.__name__, package)
    sys.modules.setdefault(module.__name__, module)


def silence_missing_operator() -> None:
    """Keeps mmcv-lite from greeting everybody with a warning about one operator.

    Importing ``mmcv.cnn.bricks.transformer`` warns that MultiScaleDeformableAttention
    needs the full mmcv. No model of this package has it. A config that names it still
    gets the registry's error. Other warnings are left alone.
    """
    warnings.filterwarnings(
        'ignore',
        message='Fail to import ``MultiScaleDeformableAttention``',
        category=UserWarning,
        module=r'mmcv\.cnn\.bricks\.transformer',
    )


def silence_deprecations_of_mmengine() -> None:
    """Keeps mmengine from warning of itself in every run.

    mmengine 0.10.7's hooks and runner use ``FileClient`` and ``HardDiskBackend``, and
    each use logs that they will be dropped, which no user of a run can change. Only
    these two messages are left out.
    """
    from mmengine.fileio import file_client

    log = getattr(file_client, 'print_log', None)
    if log is None or hasattr(log, '__wrapped__'):
        return
    known = ('"FileClient" will be deprecated', '"HardDiskBackend" is the alias')

    @wraps(log)
    def wrapped(message: str, *args, **kwargs) -> None:
        if not str(message).startswith(known):
            log(message, *args, **kwargs)

    file_client.print_log = wrapped


def postpone_scipy_stats() -> None:
    """Imports mmaction2's transforms without all of ``scipy.stats``.

    mmaction2 1.2.0 imports it, which takes more than half a second, for the function
    ``mode`` in one transform of skeletons. That function now imports it when it is
    called; whatever else is asked for is imported at once, as always. Does nothing if
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
        if attribute.startswith('__'):  # what Python asks of every module
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


def allow_distributed_without_cuda() -> None:
    """Lets torchrun start mmengine on a machine without a GPU.

    mmengine 0.10.7 selects a CUDA device and the nccl backend without asking whether
    there is one (the lines are those of
    https://github.com/open-mmlab/mmengine/pull/973). Without an accelerator the
    selection is skipped and gloo takes nccl's place. With one, or should mmengine
    stop selecting a device that is not there, nothing changes.
    """
    from mmengine.dist import utils

    for name in ('_init_dist_pytorch', '_init_dist_slurm'):
        init = getattr(utils, name, None)
        if init is not None and not hasattr(init, '__wrapped__'):
            setattr(utils, name, _without_cuda(init))


def _without_cuda(init: Callable) -> Callable:
    @wraps(init)
    def wrapped(backend: str, **kwargs) -> None:
        if _has_accelerator():
            return init(backend, **kwargs)
        with _no_set_device():
            return init('gloo' if backend == 'nccl' else backend, **kwargs)

    return wrapped


@contextmanager
def _no_set_device():
    with mock.patch('torch.cuda.set_device', lambda device: None):
        yield


def _has_accelerator() -> bool:
    from mmengine.device import get_device

    return get_device() not in ('cpu', 'mps')


def allow_ddp_without_cuda() -> None:
    """Drops ``device_ids`` for a model on the CPU, which torch's DDP refuses.

    mmengine 0.10.7 always passes ``device_ids=[LOCAL_RANK]`` (``Runner.wrap_model``,
    see https://github.com/open-mmlab/mmengine/pull/973). Does nothing for a model on
    a GPU, nor where no ids are passed.
    """
    from mmengine.model import MMDistributedDataParallel

    init = MMDistributedDataParallel.__init__
    if hasattr(init, '__wrapped__'):
        return

    @wraps(init)
    def wrapped(self, module, *args, **kwargs):
        if all(p.device.type == 'cpu' for p in module.parameters()):
            kwargs.pop('device_ids', None)
        init(self, module, *args, **kwargs)

    MMDistributedDataParallel.__init__ = wrapped


def find_shipped_bases() -> None:
    """Lets a config inherit from a shipped one: ``_base_ = 'tgdfer_mm::tgdfer_dfew'``.

    mmengine 0.10.7 knows a fixed list of packages before ``::``, and asks
    pkg_resources where they are, which is gone from setuptools since version 82. Names
    with our package before ``::`` are found by :func:`tgdfer_mm.paths.find_config`; all
    others go to mmengine.
    A config's ``custom_imports`` run after it has been read, so this holds in the
    commands of this package and after ``import tgdfer_mm``.
    """
    from mmengine.config import Config

    get_path = Config._get_cfg_path
    if hasattr(get_path, '__wrapped__'):
        return

    @wraps(get_path)
    def wrapped(cfg_path: str, filename: str) -> tuple[str, str | None]:
        package, colons, name = cfg_path.partition('::')
        if colons and package == __package__:
            from .paths import find_config

            return str(find_config(name)), None
        return get_path(cfg_path, filename)

    Config._get_cfg_path = staticmethod(wrapped)
