"""Silences messages of upstream packages that no user of a run can change."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from functools import wraps


def silence_missing_operator() -> None:
    """Silences mmcv-lite's warning about one operator on import.

    Importing ``mmcv.cnn.bricks.transformer`` warns that MultiScaleDeformableAttention
    needs the full mmcv. No model of this package uses it. A config that names it still
    gets the registry's error. Other warnings are not changed.
    """
    warnings.filterwarnings(
        'ignore',
        message='Fail to import ``MultiScaleDeformableAttention``',
        category=UserWarning,
        module=r'mmcv\.cnn\.bricks\.transformer',
    )


@contextmanager
def without_old_names_of_timm() -> Iterator[None]:
    """Silences timm's warning about an import in mmaction2 in every command.

    If transformers is installed, mmaction2 1.2 imports ``timm.models.layers``, an old
    name about which timm warns. Outside the block, a user's own import still gets the
    warning.
    """
    with warnings.catch_warnings():
        warnings.filterwarnings(
            'ignore',
            message='Importing from timm.models.layers is deprecated',
            category=FutureWarning,
        )
        yield


def silence_deprecations_of_mmengine() -> None:
    """Silences mmengine's warnings about its own code in every run.

    mmengine 0.10.7's hooks and runner use ``FileClient`` and ``HardDiskBackend``, and
    each use logs that they will be removed, which no user of a run can change. Only
    these two messages are silenced.
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
