"""Divides many videos among several processes."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256

from ...video.errors import UsageError


@dataclass(frozen=True)
class Shard:
    """One of several parts of the videos.

    The part of a video follows from its name alone [choice]. So a video that is added
    while processes run moves no other video to another part. The parts have about the
    same size, not exactly the same.

    Attributes:
        index: From 1.
        count: Number of parts.
    """

    index: int = 1
    count: int = 1

    def has(self, name: str) -> bool:
        """True if a video is in this part.

        Args:
            name: Name of the video, see :class:`.video_folder.Video`.
        """
        number = int.from_bytes(sha256(os.fsencode(name)).digest()[:8], 'big')
        return number % self.count == self.index - 1


def parse_shard(text: str) -> Shard:
    """Reads ``2/8``, the second of eight.

    Raises:
        UsageError: The text has another form, or there is no such part.
    """
    found = re.fullmatch(r'([0-9]{1,6})/([0-9]{1,6})', text)
    if not found:
        raise UsageError(
            f'--shard {text[:80]}: write I/N, for instance 2/8 for the second of eight'
        )
    index, count = int(found[1]), int(found[2])
    if not 1 <= index <= count:
        raise UsageError(
            f'--shard {text}: the first number must be between 1 and the second. '
            'For a Slurm array that starts at 0, write '
            '--shard $((SLURM_ARRAY_TASK_ID+1))/$SLURM_ARRAY_TASK_COUNT'
        )
    return Shard(index, count)


def started_by_torchrun(environ: Mapping[str, str]) -> bool:
    """True if torchrun started this process, as one of several.

    ``RANK`` alone does not tell it: other launchers set it for single commands, too.
    """
    known = ('TORCHELASTIC_RUN_ID', 'RANK', 'WORLD_SIZE')
    return all(environ.get(name) for name in known)


def chosen_shard(given: str | None, environ: Mapping[str, str]) -> Shard:
    """The part that the command line names, or torchrun; else all videos.

    Args:
        given: A text for :func:`parse_shard`.
        environ: Environment variables of the process.

    Raises:
        UsageError: See :func:`parse_shard`.
    """
    if given is not None:
        return parse_shard(given)
    if not started_by_torchrun(environ):
        return Shard()
    try:
        index = int(environ['RANK']) + 1
    except ValueError:
        index = 0
    return parse_shard(f'{index}/{environ["WORLD_SIZE"]}')


def own_device(environ: Mapping[str, str], devices: int) -> str | None:
    """The GPU of a process that torchrun started: without it all would use the first.

    Args:
        environ: Environment variables of the process.
        devices: Number of GPUs of this machine.
    """
    rank = environ.get('LOCAL_RANK', '')
    if not devices or not started_by_torchrun(environ) or not rank.isdecimal():
        return None
    return f'cuda:{int(rank) % devices}'
