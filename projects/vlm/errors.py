"""What can go wrong when a model is asked."""


class AskingError(ValueError):
    """Something that the user can put right; nothing more is asked."""

    exit_code = 2  # of a command


class UnansweredError(Exception):
    """One question has no answer; the others go on.

    Attributes:
        reason: Why, for people to read.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
