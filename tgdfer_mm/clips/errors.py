"""The error of a clip that cannot be read."""


class DamagedClipError(Exception):
    """A listed clip that cannot be read.

    Transforms raise it; the data set turns it into a replacement in
    training and into a counted sample of black frames in testing.
    mmaction2's own data sets let it through, which ends a command.

    Args:
        clip: Name of the clip.
        reason: The fault, with the name of the file. Absent if torch has passed the
            error on from a loader's process: then `clip` has the whole text.
    """

    exit_code = 2  # of a command

    def __init__(self, clip: str, reason: str | None = None) -> None:
        super().__init__(clip, reason)
        self.clip = clip
        self.reason = reason

    def __str__(self) -> str:
        return f'clip {self.clip}: {self.reason}' if self.reason else self.clip
