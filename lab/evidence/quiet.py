"""Without what mmengine says of every variable of every run's config."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from mmengine.config import config as mmengine_config


def hush() -> None:
    """Silences this process for good, as a worker wants it."""
    logging.disable(logging.INFO)
    # mmengine formats the whole config three times a run: a seventh of a training.
    mmengine_config.FormatCode = lambda text, **_: (text, True)


@contextmanager
def hushed() -> Iterator[None]:
    """Silences what runs in it; afterwards all is as it was before."""
    level, format_code = logging.root.manager.disable, mmengine_config.FormatCode
    hush()
    try:
        yield
    finally:
        logging.disable(level)
        mmengine_config.FormatCode = format_code
