"""Silences mmengine's log of every variable of every run's config."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from mmengine.config import config as mmengine_config
from mmengine.logging import MMLogger


def hush() -> None:
    """Silences this process for good, as a worker wants it."""
    _disable(logging.INFO)
    # mmengine formats the whole config three times a run: a seventh of a training.
    mmengine_config.FormatCode = lambda text, **_: (text, True)


@contextmanager
def hushed() -> Iterator[None]:
    """Silences the code inside; afterwards, everything is as before."""
    level, format_code = logging.root.manager.disable, mmengine_config.FormatCode
    hush()
    try:
        yield
    finally:
        _disable(level)
        mmengine_config.FormatCode = format_code


def _disable(level: int) -> None:
    logging.disable(level)
    # mmengine's loggers cache their levels until a level is set.
    logger = MMLogger.get_current_instance()
    logger.setLevel(logger.level)
