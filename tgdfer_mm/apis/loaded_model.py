"""A model that is ready to be used, and the network that a config describes."""

from dataclasses import dataclass, field
from typing import Any

import torch
from mmengine.config import Config

from ..registry import MODELS
from ..video.errors import UsageError


@dataclass(frozen=True)
class LoadedModel:
    """A model in evaluation mode, and facts about it.

    Attributes:
        model: The network.
        cfg: Its config.
        about: The ``model`` of a result, plain data.
        trained: Facts about its training, plain data: ``dataset_meta``, ``epoch`` and
            ``seed`` of its checkpoint; ``selection``, the record of the chosen epoch
            and its results; and ``test_clips``. A folder that was saved with results by
            groups of people also has ``groups``. A calibrated model has
            ``calibration``, the record of `tgdfer calibrate`.
    """

    model: torch.nn.Module
    cfg: Config
    about: dict
    trained: dict = field(default_factory=dict)

    @property
    def classes(self) -> list[str]:
        """Names of the classes, in the order of the scores."""
        return self.about['classes']


def build_network(cfg: Config, config: str) -> Any:
    """The network of a config, with the weights that its constructor gives.

    Args:
        cfg: Its ``model`` is built.
        config: Its name in the message.

    Raises:
        UsageError: It cannot be built.
    """
    try:
        return MODELS.build(cfg.model)
    # Errors of a constructor about names and values that it does not know.
    except (AttributeError, ImportError, KeyError, TypeError, ValueError) as err:
        if hasattr(err, 'exit_code'):
            raise
        raise UsageError(
            f'{config}: its model cannot be built ({type(err).__name__}: {err})'
        ) from err
