"""What is wrong with a model, in the words of someone who only wants to use it."""

from collections.abc import Iterator
from contextlib import contextmanager

from ..plain_checkpoints import ALLOW_PICKLE, ForbiddenPickleError
from ..video.errors import UsageError, VideoError


@contextmanager
def naming_the_model(model: object, checkpoint: object = None) -> Iterator[None]:
    """Turns whatever keeps a model from being loaded into a UsageError.

    A config, a checkpoint and the packages below can raise anything.

    Args:
        model: What the user named.
        checkpoint: Its weights.
    """
    try:
        yield
    except VideoError:
        raise
    except ForbiddenPickleError as err:
        raise pickle_refused(checkpoint) from err
    except Exception as err:
        text = ' '.join(str(err).split()) or type(err).__name__
        if hasattr(err, 'exit_code'):  # one of ours, which says all
            raise UsageError(text) from err
        weights = '' if checkpoint is None else f' with {checkpoint}'
        raise UsageError(
            f'the model {model}{weights} cannot be loaded '
            f'({type(err).__name__}: {text[:300]})'
        ) from err


def pickle_refused(checkpoint: object) -> UsageError:
    """What to say where the command has no option that allows such a file."""
    return UsageError(
        f'{checkpoint}: holds Python objects that are not plain data, or is damaged. '
        'Loading such a file can run any code hidden in it. If you trust where it '
        f'comes from, allow it on purpose: set {ALLOW_PICKLE}=1 in the environment.'
    )
