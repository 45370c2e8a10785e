"""Captions of clips rewritten by a command, kept in a file that says what of."""

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
        clip: As it is named in the lists.
        caption: The refined text.
        of_text: SHA-256 of the caption that was refined.
        of_clip: That of the clip's pictures, see :func:`clip_hash`; empty if the
            refiner was given the text alone.
        refiner: What refined it: a name, or the command.
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
        FileNotFoundError: There is neither.
    """
    path = Path(path)
    if not path.is_dir():
        return file_hash(path)
    names = sorted(p.name for p in path.iterdir() if not p.name.startswith('.'))
    lines = (f'{name} {file_hash(path / name)}\n' for name in names)
    return text_hash(''.join(lines))


def read_refined(path: str | Path) -> dict[str, Refined]:
    """Reads the file, by clip; of several lines of a clip the last counts.

    Raises:
        FileNotFoundError: There is no such file.
        DataError: A line is none of the file's; names it.
    """
    path = Path(path).expanduser()
    if not path.is_file():
        raise FileNotFoundError(f'{path}: no such file of refined captions')
    return _parsed(path, path.read_text(encoding='utf-8'))


def refine_captions(
    captions: Mapping[str, str],
    out: str | Path,
    command: Sequence[str],
    clips: Mapping[str, str | Path] | None = None,
    refiner: str | None = None,
    timeout: float = 600.0,
) -> dict[str, str]:
    """Has each caption rewritten by a command, and keeps what is there already.

    The command runs once a clip. It reads one JSON object on its standard input, with
    ``clip``, ``caption`` and, if `clips` are given, ``path``; what it prints is the
    refined text. What was refined of the same text and clip by the same refiner stays,
    so that a second call goes on; one clip that fails does not end the others.

    Args:
        captions: The text of each clip.
        out: JSON lines, see :class:`Refined`.
        command: Program and arguments; no shell is asked.
        clips: Folder of frames or video file of each clip, for the refiner to look at.
        refiner: Its name for the file; the command by default.
        timeout: Seconds that the command may take for a clip.

    Returns:
        Clip -> why it was not refined.

    Raises:
        DataError: The file holds something else.
        BusyError: Another process writes to it.
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
    """Where the refiner finds the clip's pictures, and their hash."""
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
    """What a former call left; a last line that it did not finish is dropped."""
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
