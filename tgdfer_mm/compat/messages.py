"""What upstream packages say of themselves in every run, and no user can change."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from functools import wraps


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


@contextmanager
def without_old_names_of_timm() -> Iterator[None]:
    """Keeps timm from warning of an import of mmaction2's in every command.

    Where transformers is installed, mmaction2 1.2 imports ``timm.models.layers``, an
    old name that timm warns of. Outside the block a user's own import is warned of.
    """
    with warnings.catch_warnings():
        warnings.filterwarnings(
            'ignore',
            message='Importing from timm.models.layers is deprecated',
            category=FutureWarning,
        )
        yield


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
