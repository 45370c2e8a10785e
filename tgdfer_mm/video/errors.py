"""Errors of inputs and outputs, with the exit code of each."""

INCOMPLETE = 4  # exit code of a video that could be read in part


class VideoError(Exception):
    """Base of the errors that the user can correct; `exit_code` is that of the command.

    Codes: 0 no error (also for a video without a face), 1 a fault of this package, 2
    wrong arguments, 3 an input that cannot be read at all, 4 an input that was read
    only in part (its result says ``"complete": false``), 5 an output that cannot be
    written, 6 a result of another model, settings or file is already there, 130 stopped
    with Ctrl-C.
    """

    exit_code = 1
    # set by an inferencer's call: the results of the inputs that were read
    results: list[dict]


class UsageError(VideoError, ValueError):
    """An argument or setting that is not allowed."""

    exit_code = 2


class NoNumberError(UsageError):
    """A model that gives NaN or infinity, so its output has no meaning."""


class MissingPackage(VideoError, ImportError):
    """An optional package is not installed."""

    exit_code = 2


class InputError(VideoError, OSError):
    """An input of which no frame can be read."""

    exit_code = 3


class NoVideoError(InputError):
    """A file of a kind that is not read, or a file that points to other files."""


class OutputError(VideoError, OSError):
    """A file that cannot be written."""

    exit_code = 5


class KeptResult(VideoError):
    """A result of another model, settings or file is there, and was not changed."""

    exit_code = 6


class Interrupted(VideoError, KeyboardInterrupt):
    """Ctrl-C while a video was read.

    Args:
        result: The part that was finished, with ``complete`` false.
    """

    exit_code = 130

    def __init__(self, result: dict) -> None:
        super().__init__('stopped with Ctrl-C; the frames read until then are kept')
        self.result = result
