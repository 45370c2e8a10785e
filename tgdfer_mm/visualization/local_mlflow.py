"""Logging to MLflow in a local file."""

import re
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from mmengine.config import Config
from mmengine.visualization.vis_backend import force_init_env

from ..registry import VISBACKENDS
from .logger_package import LoggerVisBackend, need_logger, told_apart

DATABASE = 'work_dirs/mlflow.db'
AT_ONCE = 100  # MLflow's limit of parameters in one call


@VISBACKENDS.register_module()
class LocalMLflowVisBackend(LoggerVisBackend):
    """Writes a run for MLflow into an SQLite file, and its images next to it.

    ``mlflow ui --backend-store-uri sqlite:///work_dirs/mlflow.db`` shows all runs of
    the file.

    This class replaces mmengine's `MLflowVisBackend` [choice]: that one writes plain
    files, which MLflow refuses since 3.14, cannot store an image whose name has no
    suffix, and copies every JSON file of the work folder.

    Args:
        save_dir: Not used. mmengine passes it to every backend.
        database: The SQLite file. Images and configs are in a folder with the same name
            without the suffix.
        tracking_uri: A store of MLflow instead of `database`, such as the address of a
            server. Everything is then sent to that server.
        exp_name: Name of MLflow's experiment.
        run_name: Name of the run, its work folder by default.
        tracked_config_keys: Parts of the config that become parameters, by which
            MLflow compares runs. The whole config is kept as a text.
    """

    def __init__(
        self,
        save_dir: str,
        database: str = DATABASE,
        tracking_uri: str | None = None,
        exp_name: str = 'tgdfer',
        run_name: str | None = None,
        tracked_config_keys: Sequence[str] = (
            'model',
            'optim_wrapper',
            'train_cfg',
            'randomness',
            'recipe',
        ),
    ) -> None:
        super().__init__(save_dir)
        self._database = Path(database)
        self._tracking_uri = tracking_uri
        self._exp_name = exp_name
        self._run_name = run_name
        self._tracked = tuple(tracked_config_keys)
        self._run_id: str | None = None

    def _init_env(self) -> None:
        """Opens the store and starts the run.

        Raises:
            MissingLogger: MLflow, or a package that it needs for SQLite, is missing.
        """
        self._mlflow = need_logger('mlflow', type(self).__name__)
        uri, images = self._tracking_uri, None
        if uri is None:
            file = self._database.absolute()
            file.parent.mkdir(parents=True, exist_ok=True)
            uri, images = f'sqlite:///{file}', file.with_suffix('').as_uri()
        self._client = self._mlflow.MlflowClient(tracking_uri=uri)
        self._run_id = self._client.create_run(
            self._experiment_id(images), run_name=self._run_name
        ).info.run_id

    def _experiment_id(self, images: str | None) -> str:
        found = self._client.get_experiment_by_name(self._exp_name)
        if found is None:
            try:
                return self._client.create_experiment(self._exp_name, images)
            except self._mlflow.MlflowException:  # another run created it first
                found = self._client.get_experiment_by_name(self._exp_name)
                if found is None:
                    raise
        return found.experiment_id

    @property
    @force_init_env
    def experiment(self):
        """The client of MLflow."""
        return self._client

    @force_init_env
    def add_config(self, config: Config, **kwargs) -> None:
        """Keeps the config as a text, and parts of it as parameters."""
        if self._run_name is None and config.get('work_dir'):
            self._client.set_tag(self._run_id, 'mlflow.runName', config.work_dir)
        entities = self._mlflow.entities
        chosen = {key: config[key] for key in self._tracked if key in config}
        params = [
            entities.Param(known_name(name)[:250], str(value)[:500])
            for name, value in flatten(chosen)
        ]
        for start in range(0, len(params), AT_ONCE):
            part = params[start : start + AT_ONCE]
            self._client.log_batch(self._run_id, params=part)
        self._client.log_text(self._run_id, config.pretty_text, 'config.py')

    @force_init_env
    def add_image(self, name: str, image: np.ndarray, step: int = 0, **kwargs) -> None:
        """Logs an image, as ``<name>_epoch<step>.png`` among the artifacts.

        Args:
            name: Its name; a slash makes a folder.
            image: (H, W, 3) uint8 RGB.
            step: The epoch.
        """
        place = f'{known_name(name)}_epoch{step}.png'
        self._client.log_image(self._run_id, image, place)

    @force_init_env
    def add_scalars(
        self, scalar_dict: Mapping, step: int = 0, file_path=None, **kwargs
    ) -> None:
        """Logs numbers.

        Args:
            scalar_dict: The numbers by name.
            step: The iteration; for numbers of an evaluation the epoch.
            file_path: Not used.
        """
        now, entities = int(time.time() * 1000), self._mlflow.entities
        metrics = [
            entities.Metric(known_name(name), value, now, step)
            for name, value in told_apart(scalar_dict).items()
        ]
        self._client.log_batch(self._run_id, metrics=metrics)

    def close(self) -> None:
        """Ends the run."""
        if self._run_id is not None:
            self._client.set_terminated(self._run_id)


def known_name(name: str) -> str:
    """A name without the characters that MLflow refuses."""
    return re.sub(r'[^\w\-./ ]', '_', name)


def flatten(node: Any, path: str = '') -> Iterator[tuple[str, Any]]:
    """The entries of nested dicts and lists of dicts, each with its path."""
    entries = None
    if isinstance(node, Mapping):
        entries = node.items()
    elif isinstance(node, list | tuple) and any(isinstance(x, Mapping) for x in node):
        entries = enumerate(node)
    if not entries:
        yield path, node
        return
    for key, value in entries:
        yield from flatten(value, f'{path}.{key}' if path else str(key))
