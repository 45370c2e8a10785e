"""Weights & Biases in files of the work folder."""

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

    ``wandb sync FOLDER`` sends it, when and if the user wants. `mode='online'` in
    `init_kwargs` sends it during the run.

    mmengine's `WandbVisBackend` goes online, keeps a copy of the source files of the
    current folder, has one run for a whole process, which a second training in it
    would write into, and ends the run by a method that newer versions of wandb no
    longer have. Therefore this class [choice].

    Numbers of training are plotted over the iteration, those of an evaluation over the
    epoch.

    Args:
        save_dir: Folder of the files; they lie in its subfolder ``wandb``.
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
            MissingLogger: wandb is not there.
        """
        self._wandb = need_logger('wandb', type(self).__name__)
        Path(self._save_dir).mkdir(parents=True, exist_ok=True)
        settings = self._wandb.Settings(
            console='off',  # the log file of the run has it
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
        """Keeps the config of the run."""
        self._run.config.update(config.to_dict())

    @force_init_env
    def add_image(self, name: str, image: np.ndarray, step: int = 0, **kwargs) -> None:
        """Logs an image.

        Args:
            name: What it is called.
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
            step: The epoch, for those of an evaluation.
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
