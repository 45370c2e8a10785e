"""Errors of asking a model."""


class AskingError(ValueError):
    """A fault that the user can mend; no more questions are asked."""

    exit_code = 2  # of a command


class UnansweredError(Exception):
    """One question has no answer; the others continue.

    Attributes:
        reason: The reason, as text for people.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
