"""Optional packages of upstream that are installed but too new or broken."""

import builtins
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from unittest import mock

from .wheel_of_mmaction import postpone_scipy_stats

# In this order: mmengine imports transformers and bitsandbytes, mmaction2 mmdet,
# mmpretrain, transformers, timm, nltk and lmdb, open_clip for transformers and timm.
UPSTREAM = (
    'mmengine.runner',
    'mmengine.visualization',
    'mmaction.evaluation',
    'mmaction.visualization',
    'open_clip',
)


def import_upstream() -> None:
    """Imports the upstream packages in spite of broken optional packages.

    Upstream packages leave out parts that need an absent package, but they only treat
    an ImportError as a sign of absence. A package that is installed and fails in
    another way (mmdet's assertions about mmcv, a bitsandbytes without its GPU, a
    transformers older than numpy) would stop the whole import. Inside
    :func:`failing_means_absent` such a package counts as absent, with a warning.
    """
    _import_models()
    postpone_scipy_stats()
    for name in UPSTREAM:
        import_module(name)


def _import_models() -> None:
    """Imports mmaction2's models, and the multimodal ones only if that works.

    mmaction2 1.2.0 imports them with transformers 4.28 and newer, but fails with 4.56
    and newer, which no longer have the names that it needs. They stay in the registry,
    as when transformers is absent, and building one raises an error with the reason.
    """
    with readable_versions():
        from mmaction.utils import dependency
    try:
        import_module('mmaction.models')
    except ImportError as error:
        if not dependency.WITH_MULTIMODAL:
            raise
        reason = (
            "cannot be used: mmaction2's multimodal models cannot be imported with "
            f'the installed packages ({error}). They need timm and `pip install '
            '"transformers>=4.28,<4.55"`.'
        )
        dependency.WITH_MULTIMODAL = False
        placeholders = mock.patch.object(
            dependency, 'register_multimodal_placeholder', _placeholders(reason)
        )
        try:
            with placeholders:
                import_module('mmaction.models')
        except Exception:
            raise error from None  # the fault is not in the multimodal models


def _placeholders(reason: str):
    def register(names, registry) -> None:
        for name in names:

            def refuse(*args, name=name, **kwargs):
                raise ImportError(f'{name} {reason}')

            registry.register_module(name=name, module=refuse, force=True)

    return register


@contextmanager
def readable_versions() -> Iterator[None]:
    """Makes mmaction2's version check work for a partly uninstalled package.

    Such a package has a folder of metadata without a version, and mmengine's reader of
    versions fails on it.
    """
    import importlib_metadata
    from mmengine.utils import digit_version

    distribution = importlib_metadata.distribution

    def readable(name):
        found = distribution(name)
        try:
            digit_version(found.version)
        except Exception as error:
            raise importlib_metadata.PackageNotFoundError(name) from error
        return found

    with mock.patch.object(importlib_metadata, 'distribution', readable):
        yield


@contextmanager
def failing_means_absent() -> Iterator[None]:
    """A context that makes every failed import in this thread an ImportError."""
    real, thread = builtins.__import__, threading.get_ident()
    warned = set()

    def guarded(name, globals=None, locals=None, fromlist=(), level=0):
        try:
            return real(name, globals, locals, fromlist, level)
        except ImportError:
            raise
        except Exception as error:
            if threading.get_ident() != thread:
                raise
            reason = f'{type(error).__name__}: {str(error).strip()}'
            package = name.partition('.')[0]
            if package not in warned:
                warned.add(package)
                warnings.warn(
                    f'{package} is installed but cannot be imported, so it counts as '
                    f'absent. It says: {reason}',
                    stacklevel=2,
                )
            raise ImportError(f'{name} fails with {reason}', name=name) from error

    with mock.patch.object(builtins, '__import__', guarded):
        yield
