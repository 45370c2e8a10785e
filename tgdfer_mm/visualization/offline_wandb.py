"""Logging to Weights & Biases in files of the work folder."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from mmengine.config import Config
from mmengine.visualization.vis_backend import force_init_env

from ..registry import VISBACKENDS
from .logger_package import LoggerVisBackend, is_training, need_logger, told_apart


@VISBACKENDS.register_module()
class OfflineWandbVisBackend(LoggerVisBackend):
    """Writes a run for Weights & Biases into files, and sends nothing.

    ``wandb sync FOLDER`` sends the run later, if the user wants. `mode='online'` in
    `init_kwargs` sends it while it goes on.

    This class replaces mmengine's `WandbVisBackend` [choice]. That one goes online, and
    copies the source files of the current folder. It has one run for a whole process,
    so a second training would write into the same run. It ends the run by a method that
    newer versions of wandb no longer have.

    Numbers of training are plotted over the iteration, those of an evaluation over the
    epoch.

    Args:
        save_dir: Folder of the files; they are in its subfolder ``wandb``.
        init_kwargs: Arguments of ``wandb.init``, such as `project` and `name`.
    """

    def __init__(self, save_dir: str, init_kwargs: dict | None = None) -> None:
        super().__init__(save_dir)
        self._init_kwargs = dict(init_kwargs or {})
        self._run = None
        self._over_epochs: set[str] = set()

    def _init_env(self) -> None:
        """Starts the run.

        Raises:
            MissingLogger: wandb is missing.
        """
        self._wandb = need_logger('wandb', type(self).__name__)
        Path(self._save_dir).mkdir(parents=True, exist_ok=True)
        settings = self._wandb.Settings(
            console='off',  # the log file of the run already has the output
            quiet=True,
            disable_code=True,
            disable_git=True,
            disable_job_creation=True,
        )
        given = dict(
            mode='offline',
            project='tgdfer',
            dir=self._save_dir,
            reinit='create_new',
            settings=settings,
        )
        self._run = self._wandb.init(**given | self._init_kwargs)
        self._run.define_metric('*', step_metric='iter')

    @property
    @force_init_env
    def experiment(self):
        """The run, as ``wandb.init`` returns it."""
        return self._run

    @force_init_env
    def add_config(self, config: Config, **kwargs) -> None:
        """Stores the config of the run."""
        self._run.config.update(config.to_dict())

    @force_init_env
    def add_image(self, name: str, image: np.ndarray, step: int = 0, **kwargs) -> None:
        """Logs an image.

        Args:
            name: Its name.
            image: (H, W, 3) uint8 RGB.
            step: The epoch.
        """
        self._run.log({name: self._wandb.Image(image), 'epoch': step})

    @force_init_env
    def add_scalars(
        self, scalar_dict: Mapping, step: int = 0, file_path=None, **kwargs
    ) -> None:
        """Logs numbers.

        Args:
            scalar_dict: The numbers by name.
            step: The epoch, for numbers of an evaluation.
            file_path: Not used.
        """
        numbers = told_apart(scalar_dict)
        if not is_training(scalar_dict):
            for name in numbers.keys() - self._over_epochs:
                self._run.define_metric(name, step_metric='epoch')
            self._over_epochs |= numbers.keys()
            numbers['epoch'] = step
        self._run.log(numbers)

    def close(self) -> None:
        """Ends the run."""
        if self._run is not None:
            self._run.finish()
