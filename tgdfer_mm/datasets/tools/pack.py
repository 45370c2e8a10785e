"""Packs the frames of a data set into one file; a second call continues."""

import json
import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from hashlib import blake2b, sha256
from pathlib import Path
from zlib import crc32

import numpy as np

from ...clips.clip_index import ClipIndex
from ...clips.decoding import decode_clip, find_decoder, read_file
from ...clips.errors import DamagedClipError
from ...clips.frame_names import natural_sorted
from ...clips.pack import ENCODED, FOOTER, MAGIC, RAW, SCHEMA, Pack, PackError
from ...files import parse_json, write_text
from ...locks import held
from ..dfer_dataset import DFERDataset

_CHUNK = 32  # clips read at a time; many threads help on a network disk
_THREADS = 16
_FIELDS = {'clip', 'names', 'shape', 'damaged', 'sizes', 'sums', 'digest'}

Track = Callable[[Iterable, int], Iterator]


class PackThereError(PackError, FileExistsError):
    """The file exists already, or a part of a file with other data."""


def write_pack(
    dataset: DFERDataset,
    path: str | Path,
    raw: bool = False,
    *,
    track: Track = lambda steps, total: iter(steps),
) -> Path:
    """Packs all clips in a data set's media folder, listed or not.

    Until it is complete, the file is called ``<path>.part``, and ``<path>.journal``
    lists its clips. A second call continues with the missing clips, including new ones
    in the folder.

    Args:
        dataset: A data set on frame folders.
        path: The file to write.
        raw: Whether to store decoded pixels: the file is much larger, but reading needs
            no decoding. A clip with a frame that cannot be decoded is then damaged as a
            whole.
        track: Wraps the steps, whose number it is given, to show progress.

    Returns:
        `path`.

    Raises:
        PackThereError: If the file exists, or a part of a file with other data.
        PackError: If the data set has no frame folders.
        BusyError: If another process writes the file.
    """
    path = Path(path)
    if path.exists():
        raise PackThereError(f'{path} exists already; --verify checks it.')
    if getattr(dataset, 'media', None) != 'frames' or not dataset.media_dir.is_dir():
        raise PackError('Only a data set with frame folders can be packed.')
    name, index = dataset.metainfo['dataset'], dataset.clips.index
    return pack_clips(index, path, name, dataset.pixel_version, raw, track=track)


def pack_clips(
    index: ClipIndex,
    path: str | Path,
    dataset: str,
    pixel_version: str,
    raw: bool = False,
    *,
    track: Track = lambda steps, total: iter(steps),
) -> Path:
    """Packs all clips that an index knows, as :func:`write_pack` does.

    Args:
        index: The clips.
        path: The file to write.
        dataset: Name of the data set.
        pixel_version: Name of the pixel version.
        raw: Whether to decode.
        track: Wraps the steps.
    """
    path = Path(path)
    about = dict(
        schema=SCHEMA,
        kind=RAW if raw else ENCODED,
        dataset=dataset,
        pixel_version=pixel_version,
        folder=str(index.folder),
    )
    with held(path.with_name(f'.{path.name}.lock'), str(path)):
        if path.exists():  # by now
            raise PackThereError(f'{path} exists already; --verify checks it.')
        return _write(index, path, about, raw, track)


def _write(index: ClipIndex, path: Path, about: dict, raw: bool, track: Track) -> Path:
    part, journal = path.with_name(f'{path.name}.part'), journal_of(path)
    done = _resume(part, journal, about, index)
    there = {entry['clip'] for entry in done}
    clips = [clip for clip in index.clips if clip not in there]
    frames = (index.frames(clip) for clip in clips)
    work = zip(clips, frames, strict=True)
    with open(part, 'r+b') as file, open(journal, 'a', encoding='utf-8') as log:
        file.seek(0, os.SEEK_END)
        read = _reader(index.folder, raw)
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
    index: ClipIndex | None = None,
    contents: bool = True,
    *,
    track: Track = lambda steps, total: iter(steps),
) -> None:
    """Compares every clip with its hash, and with its source folder.

    Args:
        path: The packed file.
        index: The clips of the media folder; without it only the hashes are compared.
        contents: Whether to compare the frames of the folder too (their bytes, or their
            pixels in a raw file), and not only the names of clips and frames.
        track: Wraps the steps, whose number it is given, to show progress.

    Raises:
        PackError: If a clip differs, or is in only one of the two; the message names
            it.
    """
    pack = Pack(path)
    if index is not None:
        _compare_names(pack, index)
    read = index and contents and _reader(index.folder, pack.kind == RAW)
    frames = 0
    for clip in track(pack.clips, len(pack.clips)):
        if _digest(pack.content(clip)) != pack.digest(clip):
            raise PackError(f'{path}: clip {clip} is damaged.')
        first, frames = frames, frames + pack.num_frames(clip)
        pack.check_frames(first, frames)
        if not read:
            continue
        entry, _ = read((clip, index.frames(clip)))
        if entry['digest'] != pack.digest(clip):
            raise PackError(f'{path}: clip {clip} is not what {index.folder} has now.')


def _compare_names(pack: Pack, index: ClipIndex) -> None:
    ours, theirs = set(pack.clips), set(index.clips)
    differing = [
        clip
        for clip in pack.clips
        # A clip that could not be decoded is packed without frames.
        if clip in theirs and not pack.is_damaged(clip)
        if pack.frames(clip) != index.frames(clip)
    ]
    for names, what in (
        (natural_sorted(theirs - ours), 'are missing in it'),
        (natural_sorted(ours - theirs), 'are in it alone'),
        (differing, 'have other frames in it'),
    ):
        if names:
            shown = ', '.join(names[:3]) + ', ...' * (len(names) > 3)
            raise PackError(
                f'{pack.path} is not {index.folder} as it is now: {len(names)} clips '
                f'{what} ({shown}). Delete it and pack again.'
            )


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
        entry.update(
            sizes=[len(part) for part in parts],
            sums=[crc32(part) for part in parts],
            digest=_digest(content),
        )
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


def _resume(part: Path, journal: Path, about: dict, index: ClipIndex) -> list[dict]:
    """The entries of clips that are packed already; the rest is cut off.

    From the first clip that has changed or is missing in the folder, all clips are
    packed again.
    """
    lines = []
    if part.exists() and journal.exists():
        # The last line may be incomplete.
        text = journal.read_text(encoding='utf-8', errors='replace')
        lines = text.split('\n')[:-1]
    if lines and _entry(lines[0]) != about:
        raise PackThereError(
            f'{part} is the part of a pack of other data: {lines[0]}. Delete it and '
            f'{journal} to start again.'
        )
    size, done = len(MAGIC), []
    there = part.stat().st_size if lines else 0
    for line in lines[1:]:
        entry = _entry(line)
        if not _is_current(entry, index) or size + sum(entry['sizes']) > there:
            break
        size += sum(entry['sizes'])
        done.append(entry)
    if lines:
        os.truncate(part, max(size, len(MAGIC)))
    else:
        part.write_bytes(MAGIC)
    kept = [json.dumps(each) for each in (about, *done)]
    write_text(journal, '\n'.join(kept) + '\n')
    return done


def _entry(line: str) -> dict:
    """A line of a journal; empty if it is damaged."""
    try:
        return dict(parse_json(line))
    except (ValueError, TypeError):
        return {}


def _is_current(entry: dict, index: ClipIndex) -> bool:
    # Not for a damaged line or an earlier version.
    if entry.keys() != _FIELDS or entry['clip'] not in index:
        return False
    return entry['damaged'] is not None or entry['names'] == index.frames(entry['clip'])


def _finish(file, about: dict, entries: list[dict]) -> None:
    sums = np.array([s for entry in entries for s in entry['sums']], '<u4').tobytes()
    header = json.dumps(
        dict(
            about,
            checksums=sha256(sums).hexdigest(),
            clips=[e['clip'] for e in entries],
            counts=[len(e['sizes']) for e in entries],
            # File names never have a slash.
            names=['/'.join(e['names']) for e in entries],
            digests=[e['digest'] for e in entries],
            shapes=[e['shape'] for e in entries],
            damaged={e['clip']: e['damaged'] for e in entries if e['damaged']},
        )
    ).encode()
    sizes = [size for entry in entries for size in entry['sizes']]
    places = (len(MAGIC) + np.cumsum([0, *sizes])).astype('<i8').tobytes()
    file.write(sums)
    file.write(header)
    file.write(places)
    digest = sha256(header + places).digest()
    file.write(FOOTER.pack(len(header), len(places) // 8, digest, MAGIC))
    file.flush()
    os.fsync(file.fileno())


def journal_of(path: str | Path) -> Path:
    """The file with the list of packed clips of an unfinished file."""
    path = Path(path)
    return path.with_name(f'{path.name}.journal')


def _digest(content) -> str:
    return blake2b(content, digest_size=16).hexdigest()
