"""What can be wrong with a dataset: one clip, or the list of clips."""

from pathlib import Path


class DamagedClipError(Exception):
    """A listed clip that cannot be read.

    Transforms raise it; :class:`DFERDataset` turns it into a replacement in
    training and into a counted sample of black frames in testing.

    Args:
        clip: Name of the clip.
        reason: What is wrong with it, naming the file.
    """

    def __init__(self, clip: str, reason: str) -> None:
        super().__init__(clip, reason)
        self.clip = clip
        self.reason = reason

    def __str__(self) -> str:
        return f'clip {self.clip}: {self.reason}'


class SplitFileError(ValueError):
    """A split file that does not say what its authors' format allows.

    Args:
        path: The split file.
        line: Number of the offending line, from 1.
        content: The offending line.
        problem: What is wrong with it.
    """

    def __init__(self, path: Path, line: int, content: str, problem: str) -> None:
        super().__init__(f'{path}, line {line}: {problem}; the line reads {content!r}')
