"""Errors of a model, in words for people who only want to use it."""

from collections.abc import Iterator
from contextlib import contextmanager

from ..video.errors import InputError, UsageError, VideoError


@contextmanager
def not_an_input() -> Iterator[None]:
    """Turns an InputError into a UsageError: a model is an argument of a command.

    An InputError, with exit code 3, is about a video or picture.
    """
    try:
        yield
    except InputError as err:
        raise UsageError(str(err)) from err


@contextmanager
def naming_the_model(model: object, checkpoint: object = None) -> Iterator[None]:
    """Turns any error that keeps a model from being loaded into a UsageError.

    A config, a checkpoint and other packages can raise any error.

    Args:
        model: Name that the user gave.
        checkpoint: Its weights.
    """
    try:
        yield
    except VideoError:
        raise
    except Exception as err:
        text = ' '.join(str(err).split()) or type(err).__name__
        if hasattr(err, 'exit_code'):  # an error of ours has a full message
            raise UsageError(text) from err
        weights = '' if checkpoint is None else f' with {checkpoint}'
        raise UsageError(
            f'the model {model}{weights} cannot be loaded '
            f'({type(err).__name__}: {text[:300]})'
        ) from err
