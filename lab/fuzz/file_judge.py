"""Gives damaged files to commands, and judges their exit."""

import math
import random
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from .child import run_command
from .damage import HARMLESS, damages
from .samples import Sample

# See tgdfer_mm.video.errors; 1 is a fault of the package.
DOCUMENTED = (0, 2, 3, 4, 5)


@dataclass(frozen=True)
class Verdict:
    """The outcome of a command on a damaged file.

    Attributes:
        sample: The file and the command.
        damage: Kind of damage.
        code: The exit code; None if the command did not end.
        problem: The fault of the outcome; None if there is none.
        said: The end of the command's output.
    """

    sample: Sample
    damage: str
    code: int | None
    problem: str | None
    said: str


def fuzz(samples: list[Sample], root: Path, seed: int, count: int) -> Iterator[Verdict]:
    """Damages files and runs the commands that read them.

    Args:
        samples: The files and commands.
        root: The workshop, the folder with the files.
        seed: Seed of the damage.
        count: Number of damaged files.
    """
    rng = random.Random(seed)
    valid = {sample: _valid_result(sample, root) for sample in samples}
    pairs = [(s, name) for s in samples for name in damages(s.is_text)]
    rng.shuffle(pairs)
    for number in range(count):
        sample, name = pairs[number % len(pairs)]
        path = root / sample.file
        whole = path.read_bytes()
        damaged = damages(sample.is_text)[name](whole, rng)
        path.write_bytes(damaged)
        try:
            yield _judge(sample, name, root, damaged == whole, valid[sample])
        finally:
            path.write_bytes(whole)


def _valid_result(sample: Sample, root: Path) -> object:
    code, said, out = _run(sample, root)
    if code != 0:
        raise RuntimeError(f'{sample.kind}, undamaged: {code}\n{said}')
    return sample.result(out)


def _run(sample: Sample, root: Path) -> tuple[int | None, str, Path]:
    out = root / 'out'
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir()
    words = [word.format(file=sample.file, out=out) for word in sample.words]
    code = run_command(words, root, root / 'log')
    return code, (root / 'log').read_text(errors='replace'), out


def _judge(sample: Sample, name: str, root: Path, same: bool, valid: object) -> Verdict:
    code, said, out = _run(sample, root)
    problem = None
    if code is None:
        problem = 'it did not end'
    elif 'Traceback' in said:
        problem = 'a traceback'
    elif code not in DOCUMENTED:
        problem = f'the exit code {code}'
    elif code and name in HARMLESS and not sample.has_checksum:
        problem = 'a harmless change is refused'
    elif not code and (sample.has_checksum or name in HARMLESS):
        unlike = not _alike(sample.result(out), valid)
        only_read = sample.kind.endswith('verified') and not same
        if unlike or only_read:
            problem = 'the damage was used'
    return Verdict(sample, name, code, problem, said[-1500:])


def _alike(one: object, other: object) -> bool:
    """True if two results are equal, apart from rounding."""
    if isinstance(one, float) and isinstance(other, float):
        return math.isclose(one, other, rel_tol=1e-4, abs_tol=1e-5)
    if isinstance(one, dict) and isinstance(other, dict):
        keys = one.keys() == other.keys()
        return keys and all(_alike(one[key], other[key]) for key in one)
    if isinstance(one, list | tuple) and isinstance(other, list | tuple):
        return len(one) == len(other) and all(map(_alike, one, other))
    return one == other
