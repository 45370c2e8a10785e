"""Parts that the loggers share: import of their packages, and names of numbers."""

import importlib
import os
from collections.abc import Mapping
from types import ModuleType

from mmengine.visualization.vis_backend import BaseVisBackend

# The packages report their use to their makers. Here this is switched off. A value that
# the user has set stays.
_SILENT = {
    'wandb': {'WANDB_ERROR_REPORTING': 'false'},
    'mlflow': {'MLFLOW_DISABLE_TELEMETRY': 'true'},
}


class LoggerVisBackend(BaseVisBackend):
    """Base of loggers: logs a single number in the same way as several."""

    def add_scalar(self, name: str, value, step: int = 0, **kwargs) -> None:
        """Logs one number; see `add_scalars`."""
        self.add_scalars({name: value}, step=step)


class MissingLogger(ImportError):
    """The package of a logger is missing; the user can install it."""

    exit_code = 2  # exit code of a command


def need_logger(name: str, backend: str) -> ModuleType:
    """Imports the package of a logger, and switches off its reports about use.

    Args:
        name: The package, `wandb` or `mlflow`; the extra has the same name.
        backend: The type of the backend that needs it.

    Raises:
        MissingLogger: The package is absent or broken. The message says what to
            install.
    """
    for key, value in _SILENT[name].items():
        os.environ.setdefault(key, value)
    try:
        return importlib.import_module(name)
    # a package that does not fit the others can raise any error
    except Exception as error:
        found = error if isinstance(error, ImportError) else f'it fails with {error!r}'
        raise MissingLogger(
            f'visualizer.vis_backends: {backend} needs the package {name}: '
            f'pip install "tgdfer_mm[{name}]" ({found})'
        ) from error


def is_training(numbers: Mapping) -> bool:
    """Whether mmengine logs numbers of training, which are over the iteration."""
    return 'iter' in numbers


def told_apart(numbers: Mapping) -> dict[str, float]:
    """Numbers to log; those of an evaluation get other names.

    mmengine calls the seconds of a step `time` and `data_time` both in training and in
    evaluation. One curve would then jump between iterations and epochs.
    """
    shared = () if is_training(numbers) else ('time', 'data_time')
    return {
        f'val/{name}' if name in shared else name: float(value)
        for name, value in numbers.items()
    }
