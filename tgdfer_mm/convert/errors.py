"""What is wrong with a conversion, as a user can mend it."""


class ConvertError(ValueError):
    """A file, a config or an option that cannot be converted with."""

    exit_code = 2  # of a command
