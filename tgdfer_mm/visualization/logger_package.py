"""What the loggers share: finding their packages, and the numbers they are given."""

import importlib
import os
from collections.abc import Mapping
from types import ModuleType

from mmengine.visualization.vis_backend import BaseVisBackend

# Their own reports to their makers, which nobody asked for. A value that the user has
# set stays.
_SILENT = {
    'wandb': {'WANDB_ERROR_REPORTING': 'false'},
    'mlflow': {'MLFLOW_DISABLE_TELEMETRY': 'true'},
}


class LoggerVisBackend(BaseVisBackend):
    """A logger that logs a single number as it logs several."""

    def add_scalar(self, name: str, value, step: int = 0, **kwargs) -> None:
        """Logs one number; see `add_scalars`."""
        self.add_scalars({name: value}, step=step)


class MissingLogger(ImportError):
    """A logger whose package is not there; the user can install it."""

    exit_code = 2  # of a command


def need_logger(name: str, backend: str) -> ModuleType:
    """Imports the package of a logger, told to send no reports about its use.

    Args:
        name: The package, `wandb` or `mlflow`; the extra is called like it.
        backend: The type of the backend that needs it.

    Raises:
        MissingLogger: It is absent or broken; says what to install.
    """
    for key, value in _SILENT[name].items():
        os.environ.setdefault(key, value)
    try:
        return importlib.import_module(name)
    except Exception as error:  # one that does not fit its neighbours raises anything
        found = error if isinstance(error, ImportError) else f'it fails with {error!r}'
        raise MissingLogger(
            f'visualizer.vis_backends: {backend} needs the package {name}: '
            f'pip install "tgdfer_mm[{name}]" ({found})'
        ) from error


def is_training(numbers: Mapping) -> bool:
    """Whether mmengine logs numbers of training, over the iteration."""
    return 'iter' in numbers


def told_apart(numbers: Mapping) -> dict[str, float]:
    """Numbers to log, those of an evaluation under names of their own.

    mmengine calls the seconds of a step `time` and `data_time` in both. In one curve
    they would go back and forth between iterations and epochs.
    """
    shared = () if is_training(numbers) else ('time', 'data_time')
    return {
        f'val/{name}' if name in shared else name: float(value)
        for name, value in numbers.items()
    }
