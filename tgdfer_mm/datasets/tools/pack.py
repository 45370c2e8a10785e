"""Packing the frames of a data set, going on where it stopped."""

import json
import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from hashlib import blake2b, sha256
from pathlib import Path

import numpy as np

from ...clips.decoding import decode_clip, find_decoder, read_file
from ...clips.errors import DamagedClipError
from ...clips.pack import ENCODED, FOOTER, MAGIC, RAW, SCHEMA, Pack, PackError
from ...files import write_text
from ..dfer_dataset import DFERDataset

_CHUNK = 32  # clips read at a time, by as many threads as a network disk likes
_THREADS = 16

Track = Callable[[Iterable, int], Iterator]


def write_pack(
    dataset: DFERDataset,
    path: str | Path,
    raw: bool = False,
    *,
    track: Track = lambda steps, total: iter(steps),
) -> Path:
    """Packs all clips of a data set's media folder, listed or not.

    Until it is whole the file is called ``<path>.part``, and ``<path>.journal`` says
    which clips it has; called again it goes on.

    Args:
        dataset: A data set on frame folders.
        path: The file to write.
        raw: Whether to decode: larger by far, but nothing is left to decode. A clip
            with a frame that cannot be decoded is then damaged as a whole.
        track: Wraps the steps, whose number it is given, to show progress.

    Returns:
        `path`.

    Raises:
        FileExistsError: The file is there, or a part of one of other data.
        PackError: The data set has no frame folders.
    """
    path = Path(path)
    if path.exists():
        raise FileExistsError(f'{path} is there already; --verify looks at it.')
    if getattr(dataset, 'media', None) != 'frames' or not dataset.media_dir.is_dir():
        raise PackError('Only a data set on frame folders can be packed.')
    about = dict(
        schema=SCHEMA,
        kind=RAW if raw else ENCODED,
        dataset=dataset.metainfo['dataset'],
        pixel_version=dataset.pixel_version,
        folder=str(dataset.media_dir),
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    part, journal = path.with_name(f'{path.name}.part'), _journal(path)
    done = _resume(part, journal, about)
    clips = dataset.clips.index.clips[len(done) :]
    frames = (dataset.clips.index.frames(clip) for clip in clips)
    work = zip(clips, frames, strict=True)
    with open(part, 'r+b') as file, open(journal, 'a', encoding='utf-8') as log:
        file.seek(0, os.SEEK_END)
        read = _reader(dataset.media_dir, raw)
        for entry, content in track(_read_ahead(work, read), len(clips)):
            file.write(content)
            file.flush()
            log.write(json.dumps(entry) + '\n')
            log.flush()
            done.append(entry)
        _finish(file, about, done)
    os.replace(part, path)
    journal.unlink()
    return path


def verify_pack(
    path: str | Path,
    folder: str | Path | None = None,
    *,
    track: Track = lambda steps, total: iter(steps),
) -> None:
    """Compares every clip with its hash, and with the folder it was made of.

    Args:
        path: The packed file.
        folder: The media folder; without it the hashes are all there is to compare.
        track: Wraps the steps, whose number it is given, to show progress.

    Raises:
        PackError: A clip differs; names it.
    """
    pack = Pack(path)
    read = _reader(Path(folder), pack.kind == RAW) if folder else None
    for clip in track(pack.clips, len(pack.clips)):
        if _digest(pack.content(clip)) != pack.digest(clip):
            raise PackError(f'{path}: clip {clip} is damaged.')
        if read is None:
            continue
        entry, _ = read((clip, pack.frames(clip)))
        if entry['digest'] != pack.digest(clip):
            raise PackError(f'{path}: clip {clip} is not what {folder} has now.')


def _reader(folder: Path, raw: bool) -> Callable:
    decode = find_decoder()

    def read(work: tuple[str, list[str]]) -> tuple[dict, bytes]:
        """A clip's entry in the journal, and its bytes."""
        clip, names = work
        paths = [str(folder / clip / name) for name in names]
        entry = dict(clip=clip, names=names, shape=None, damaged=None)
        if not raw or not names:
            parts = [read_file(clip, path) for path in paths]
        else:
            try:
                block = decode_clip(
                    clip,
                    range(len(names)),
                    lambda i: read_file(clip, paths[i]),
                    lambda i: paths[i],
                    decode,
                )
            except DamagedClipError as error:
                entry.update(damaged=error.reason, names=[])
                parts = []
            else:
                entry['shape'] = block.shape[1:3]
                parts = [frame.tobytes() for frame in block]
        content = b''.join(parts)
        entry.update(sizes=[len(part) for part in parts], digest=_digest(content))
        return entry, content

    return read


def _read_ahead(work: Iterable, read: Callable) -> Iterator[tuple[dict, bytes]]:
    with ThreadPoolExecutor(_THREADS) as pool:
        chunk = []
        for item in work:
            chunk.append(item)
            if len(chunk) == _CHUNK:
                yield from pool.map(read, chunk)
                chunk = []
        yield from pool.map(read, chunk)


def _resume(part: Path, journal: Path, about: dict) -> list[dict]:
    """The clips that are there already, as entries; the rest is cut off."""
    lines = []
    if part.exists() and journal.exists():
        # The last line may be half of one.
        lines = journal.read_text(encoding='utf-8').split('\n')[:-1]
    if lines and json.loads(lines[0]) != about:
        raise FileExistsError(
            f'{part} is the part of a pack of other data: {lines[0]}. Delete it and '
            f'{journal} to start anew.'
        )
    size, done = len(MAGIC), []
    there = part.stat().st_size if lines else 0
    for line in lines[1:]:
        entry = json.loads(line)
        size += sum(entry['sizes'])
        if size > there:
            size -= sum(entry['sizes'])
            break
        done.append(entry)
    if lines:
        os.truncate(part, max(size, len(MAGIC)))
    else:
        part.write_bytes(MAGIC)
    kept = [json.dumps(each) for each in (about, *done)]
    write_text(journal, '\n'.join(kept) + '\n')
    return done


def _finish(file, about: dict, entries: list[dict]) -> None:
    header = json.dumps(
        dict(
            about,
            clips=[e['clip'] for e in entries],
            counts=[len(e['sizes']) for e in entries],
            # No file's name has a slash.
            names=['/'.join(e['names']) for e in entries],
            digests=[e['digest'] for e in entries],
            shapes=[e['shape'] for e in entries],
            damaged={e['clip']: e['damaged'] for e in entries if e['damaged']},
        )
    ).encode()
    sizes = [size for entry in entries for size in entry['sizes']]
    places = (len(MAGIC) + np.cumsum([0, *sizes])).astype('<i8').tobytes()
    file.write(header)
    file.write(places)
    digest = sha256(header + places).digest()
    file.write(FOOTER.pack(len(header), len(places) // 8, digest, MAGIC))
    file.flush()
    os.fsync(file.fileno())


def _journal(path: Path) -> Path:
    return path.with_name(f'{path.name}.journal')


def _digest(content) -> str:
    return blake2b(content, digest_size=16).hexdigest()
