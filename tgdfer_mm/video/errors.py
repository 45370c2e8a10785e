"""What can be wrong with an input or an output, and the exit code of each."""

INCOMPLETE = 4  # exit code of a video that could be read in part


class VideoError(Exception):
    """Base: something the user can put right; `exit_code` is the command's.

    Codes: 0 all went well (a video without a face included), 1 a fault of this
    package, 2 wrong arguments, 3 an input that cannot be read at all, 4 an input that
    could be read in part (its result says ``"complete": false``), 5 an output that
    cannot be written, 6 a result of something else is there, 130 stopped with Ctrl-C.
    """

    exit_code = 1
    results: list[dict]  # of an inferencer's call: of the inputs that were read


class UsageError(VideoError, ValueError):
    """An argument or setting that cannot work."""

    exit_code = 2


class NoNumberError(UsageError):
    """A model that gives NaN or infinity, so that it says nothing."""


class MissingPackage(VideoError, ImportError):
    """An optional package is not installed."""

    exit_code = 2


class InputError(VideoError, OSError):
    """An input of which not one frame can be read."""

    exit_code = 3


class NoVideoError(InputError):
    """A file of no kind that is read, or one that names other files."""


class OutputError(VideoError, OSError):
    """A file that cannot be written."""

    exit_code = 5


class KeptResult(VideoError):
    """A result of another model, settings or file is there, and was left alone."""

    exit_code = 6


class Interrupted(VideoError, KeyboardInterrupt):
    """Ctrl-C while a video was read.

    Args:
        result: What was finished by then, with ``complete`` false.
    """

    exit_code = 130

    def __init__(self, result: dict) -> None:
        super().__init__('stopped with Ctrl-C; the frames read until then are kept')
        self.result = result
