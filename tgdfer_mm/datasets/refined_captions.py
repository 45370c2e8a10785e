"""Captions rewritten by a command, in a file with the hashes of their sources."""

import hashlib
import json
import shlex
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from ..files import file_hash, has_kinds, parse_json, write_text
from ..locks import held
from .text_files import DataError

KINDS = dict(clip=str, caption=str, of_text=str, of_clip=str, refiner=str)


@dataclass(frozen=True)
class Refined:
    """A line of the file.

    Attributes:
        clip: Name of the clip, as in the lists.
        caption: The refined text.
        of_text: SHA-256 of the caption that was refined.
        of_clip: SHA-256 of the clip's pictures, see :func:`clip_hash`; empty if the
            refiner only had the text.
        refiner: Name of the refiner, or the command.
    """

    clip: str
    caption: str
    of_text: str
    of_clip: str
    refiner: str


def text_hash(text: str) -> str:
    """SHA-256 of a text, hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()


def clip_hash(path: str | Path) -> str:
    """SHA-256 of a video file, or of the names and contents of a folder's files.

    Raises:
        FileNotFoundError: If there is neither.
    """
    path = Path(path)
    if not path.is_dir():
        return file_hash(path)
    names = sorted(p.name for p in path.iterdir() if not p.name.startswith('.'))
    lines = (f'{name} {file_hash(path / name)}\n' for name in names)
    return text_hash(''.join(lines))


def read_refined(path: str | Path) -> dict[str, Refined]:
    """Reads the file by clip; if a clip has several lines, the last one counts.

    Raises:
        FileNotFoundError: If there is no such file.
        DataError: If a line does not have the form of the file; the message names it.
    """
    path = Path(path).expanduser()
    if not path.is_file():
        raise FileNotFoundError(f'{path}: there is no such file of refined captions')
    return _parsed(path, path.read_text(encoding='utf-8'))


def refine_captions(
    captions: Mapping[str, str],
    out: str | Path,
    command: Sequence[str],
    clips: Mapping[str, str | Path] | None = None,
    refiner: str | None = None,
    timeout: float = 600.0,
) -> dict[str, str]:
    """Rewrites each caption by a command, and keeps existing results.

    The command runs once for each clip. It reads one JSON object on its standard input,
    with ``clip``, ``caption`` and, if `clips` are given, ``path``; it prints the
    refined text. Results of the same text, clip and refiner are kept, so that a second
    call continues. A clip that fails does not stop the others.

    Args:
        captions: The text of each clip.
        out: JSON lines, see :class:`Refined`.
        command: Program and arguments; it is run without a shell.
        clips: Folder of frames or video file of each clip, for the refiner.
        refiner: Name of the refiner in the file; by default the command.
        timeout: Time limit of the command for a clip, seconds.

    Returns:
        Clip to the reason why it was not refined.

    Raises:
        DataError: If the file holds something else.
        BusyError: If another process writes to it.
    """
    out, refiner = Path(out).expanduser(), refiner or shlex.join(command)
    failed = {}
    with held(out.with_name(f'.{out.name}.lock'), str(out)):
        kept = _kept(out)
        write_text(out, ''.join(_line(each) for each in kept.values()))
        with out.open('a', encoding='utf-8') as file:
            for clip, caption in captions.items():
                try:
                    path, seen = _seen(clip, clips)
                    wanted = (text_hash(caption), seen, refiner)
                    if clip in kept and _made_of(kept[clip]) == wanted:
                        continue
                    text = _ask(command, clip, caption, path, timeout)
                except (OSError, ValueError) as error:
                    failed[clip] = str(error)
                else:
                    file.write(_line(Refined(clip, text, *wanted)))
                    file.flush()
    return failed


def _seen(clip: str, clips: Mapping | None) -> tuple[str | Path | None, str]:
    """The path of the clip's pictures for the refiner, and their hash."""
    if clips is None:
        return None, ''
    if clip not in clips:
        raise FileNotFoundError('there is neither a folder of frames nor a video of it')
    return clips[clip], clip_hash(clips[clip])


def _made_of(refined: Refined) -> tuple[str, str, str]:
    return refined.of_text, refined.of_clip, refined.refiner


def _ask(command, clip: str, caption: str, path, timeout: float) -> str:
    given = dict(clip=clip, caption=caption)
    if path is not None:
        given['path'] = str(path)
    try:
        done = subprocess.run(
            [*command],
            input=json.dumps(given, ensure_ascii=False).encode(),
            capture_output=True,
            timeout=timeout,
        )
    except subprocess.TimeoutExpired as error:
        raise ValueError(f'{command[0]} took longer than {timeout:g} s') from error
    if done.returncode:
        said = done.stderr.decode(errors='replace').strip().splitlines()
        last = said[-1] if said else 'it said nothing'
        raise ValueError(f'{command[0]} ended with {done.returncode}: {last}')
    try:
        text = ' '.join(done.stdout.decode().split())
    except UnicodeDecodeError as error:
        raise ValueError(f'{command[0]} printed no text in UTF-8') from error
    if not text:
        raise ValueError(f'{command[0]} printed no text')
    return text


def _kept(out: Path) -> dict[str, Refined]:
    """The results of an earlier call; an incomplete last line is dropped."""
    if not out.exists():
        return {}
    text = out.read_text(encoding='utf-8')
    return _parsed(out, text[: text.rfind('\n') + 1])


def _parsed(path: Path, text: str) -> dict[str, Refined]:
    found = {}
    for number, line in enumerate(text.split('\n'), start=1):
        if not line:
            continue
        try:
            content = parse_json(line)
        except ValueError as error:
            raise DataError(f'{path}, line {number}: no JSON: {error}') from error
        if not has_kinds(content, KINDS) or not content['caption'].strip():
            raise DataError(
                f'{path}, line {number}: a refined caption has the texts {[*KINDS]}'
            )
        found[content['clip']] = Refined(**{key: content[key] for key in KINDS})
    return found


def _line(refined: Refined) -> str:
    return json.dumps(asdict(refined), ensure_ascii=False) + '\n'
