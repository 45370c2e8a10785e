"""Environment variables: settings of configs, and changes for a limited time."""

import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

PREFIX = 'TGDFER_'
_warned: set[str] = set()


def setting(name: str, default: str) -> str:
    """Reads a setting of a config from the environment.

    A config calls it without an import statement, which would make mmengine read the
    file as one of its lazy configs::

        fold = int(__import__('tgdfer_mm').setting('FOLD', '1'))

    Args:
        name: Name of the setting, such as ``FOLD``. The environment variable is
            ``TGDFER_FOLD``. Version 0.1 read the variable ``FOLD``, which is still
            read if the new one is not set, with one warning.
        default: Value if neither variable is set.

    Returns:
        The value, exactly as it stands in the environment.

    Raises:
        ValueError: The variable is set, and empty.
    """
    new = PREFIX + name
    found = next((each for each in (new, name) if each in os.environ), None)
    if found is None:
        return default
    if not os.environ[found]:
        raise ValueError(
            f'The environment variable {found} is empty. Unset it to get the default, '
            f'{default!r}, or set {new} to a value.'
        )
    if found == name and name not in _warned:
        _warned.add(name)
        # Python shows a FutureWarning to users; the line it names is the config's.
        warnings.warn(
            f'The environment variable {name} is now called {new}; the next release '
            f'will not read {name}. Set {new}={os.environ[name]} instead.',
            FutureWarning,
            stacklevel=2,
        )
    return os.environ[found]


@contextmanager
def environment_kept() -> Iterator[None]:
    """Puts all environment variables back as they were."""
    kept = dict(os.environ)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(kept)
