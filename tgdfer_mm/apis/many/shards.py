"""Which of many videos are those of one process of several."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256

from ...video.errors import UsageError


@dataclass(frozen=True)
class Shard:
    """One of several parts of all videos.

    A video's part follows from its name alone [choice]. So videos that are added while
    some processes run already move no other one to another part. Parts are of about
    the same size, not of exactly the same.

    Attributes:
        index: From 1.
        count: How many parts there are.
    """

    index: int = 1
    count: int = 1

    def has(self, name: str) -> bool:
        """Whether a video is in this part.

        Args:
            name: Of the video, see :class:`.video_folder.Video`.
        """
        number = int.from_bytes(sha256(os.fsencode(name)).digest()[:8], 'big')
        return number % self.count == self.index - 1


def parse_shard(text: str) -> Shard:
    """Reads ``2/8``, the second of eight.

    Raises:
        UsageError: It is no such text, or there is no such part.
    """
    found = re.fullmatch(r'([0-9]{1,6})/([0-9]{1,6})', text)
    if not found:
        raise UsageError(f'--shard {text[:80]}: write such as 2/8, the second of eight')
    index, count = int(found[1]), int(found[2])
    if not 1 <= index <= count:
        raise UsageError(
            f'--shard {text}: the first number goes from 1 to the second. Of a Slurm '
            'array that starts at 0, write '
            '--shard $((SLURM_ARRAY_TASK_ID+1))/$SLURM_ARRAY_TASK_COUNT'
        )
    return Shard(index, count)


def started_by_torchrun(environ: Mapping[str, str]) -> bool:
    """Whether torchrun started this process, as one of several.

    ``RANK`` alone does not say so: other launchers leave it to single commands, too.
    """
    known = ('TORCHELASTIC_RUN_ID', 'RANK', 'WORLD_SIZE')
    return all(environ.get(name) for name in known)


def chosen_shard(given: str | None, environ: Mapping[str, str]) -> Shard:
    """The part that a command line asks for, or else torchrun; or all videos.

    Args:
        given: As :func:`parse_shard` takes it.
        environ: Of the process.

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
    """The GPU of a process that torchrun started: else all would use the first one.

    Args:
        environ: Of the process.
        devices: How many GPUs this machine has.
    """
    rank = environ.get('LOCAL_RANK', '')
    if not devices or not started_by_torchrun(environ) or not rank.isdecimal():
        return None
    return f'cuda:{int(rank) % devices}'
