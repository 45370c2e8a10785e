"""Errors of conversions that a user can correct."""


class ConvertError(ValueError):
    """A file, a config or an option does not work for a conversion."""

    exit_code = 2  # of a command
