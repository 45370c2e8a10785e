"""The output folder of face clips, which one process may write at a time."""

import errno
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any

from ....files import DamagedFileError, parse_json, read_json, write_text
from ....locks import held
from ....video.errors import OutputError, UsageError
from ...face_data import FACE_DATA
from .clip_maker import STILL, lost_record
from .inputs import RawClip
from .settings import differences

NOT_WRITTEN = 'not written'
_OWN = '.tgdfer_faces'  # records, pictures, and unfinished clips
_OF_ONE_NAME = (errno.ENAMETOOLONG, errno.ENOTDIR, errno.EEXIST, errno.ENOTEMPTY)


class ClipFolder:
    """A folder whose clips are complete or absent, with a record of each input.

    It is created by :func:`opened`. A record is written before its clips get their
    names, so that after a crash in between the input is processed again.

    Args:
        folder: The folder.

    Attributes:
        records: By the input's path; those of earlier calls too.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.records: dict[str, dict[str, Any]] = {}
        self._journal = folder / _OWN / 'records.jsonl'
        self._making = folder / _OWN / 'making'
        self._stills = folder / _OWN / 'stills'
        self._count = 0

    def _open(self) -> None:
        shutil.rmtree(self._making, ignore_errors=True)  # left by a killed call
        if self._journal.exists():
            lines = self._journal.read_text(encoding='utf-8', errors='replace')
            for line in lines.split('\n'):
                try:
                    record = dict(parse_json(line))
                    self.records[record['source']] = record
                except (ValueError, TypeError, KeyError):  # the last one may be half
                    continue
        lines = [json.dumps(record) for record in self.records.values()]
        write_text(self._journal, ''.join(f'{line}\n' for line in lines))

    def is_done(self, raw: RawClip, stamp: str | None) -> bool:
        """Tells whether an unchanged input has all its clips."""
        record = self.records.get(raw.source)
        if record is None or stamp is None or record['stamp'] != stamp:
            return False
        if record['name'] != raw.name or record['status'] == NOT_WRITTEN:
            return False
        return all(self._is_whole(clip) for clip in record['clips'])

    def _is_whole(self, clip: dict) -> bool:
        try:
            with os.scandir(self.folder / clip['clip']) as scan:
                sizes = [e.stat().st_size for e in scan if e.name.endswith('.jpg')]
        except OSError:
            return False
        return (len(sizes), sum(sizes)) == (clip['frames'], clip['bytes'])

    def new_place(self) -> Path:
        """A new folder for the clips of one input."""
        self._count += 1
        return self._making / str(self._count)

    def take(self, record: dict[str, Any], place: Path) -> dict[str, Any]:
        """Moves the clips of an input to their names, and removes its earlier clips.

        Args:
            record: As :class:`~.clip_maker.ClipMaker` gives it, and ``stamp``.
            place: The folder of its clips.

        Returns:
            The record; another record if the clips cannot have their names.

        Raises:
            OutputError: If nothing can be written.
        """
        owned = {
            clip['clip'] for each in self.records.values() for clip in each['clips']
        }
        former = self.records.get(record['source'], dict(clips=[]))
        try:
            for clip in (*former['clips'], *record['clips']):
                target = self.folder / clip['clip']
                if os.path.lexists(target):
                    if clip['clip'] not in owned:
                        raise FileExistsError(
                            errno.EEXIST,
                            'it exists and is not one of our clips',
                            str(target),
                        )
                    shutil.rmtree(target)
            self._note(record)
            for clip in record['clips']:
                target = self.folder / clip['clip']
                target.parent.mkdir(parents=True, exist_ok=True)
                os.rename(place / clip['folder'], target)
            if (place / STILL).exists():
                self._stills.mkdir(exist_ok=True)
                os.replace(place / STILL, self.still_of(record))
        except OSError as err:
            if err.errno not in _OF_ONE_NAME:
                raise OutputError(
                    f'{err.filename or self.folder}: cannot be written '
                    f'({err.strerror or err}). Free some space; finished clips are '
                    'kept, and a second call continues.'
                ) from err
            raw = RawClip(record['source'], record['name'], self.folder)
            reason = f'{err.filename2 or err.filename}: {err.strerror}'
            record = lost_record(raw, NOT_WRITTEN, reason) | dict(stamp=record['stamp'])
            self._note(record)
        finally:
            shutil.rmtree(place, ignore_errors=True)
        return record

    def _note(self, record: dict[str, Any]) -> None:
        self.records[record['source']] = record
        with self._journal.open('a', encoding='utf-8') as file:
            file.write(json.dumps(record) + '\n')

    def still_of(self, record: dict[str, Any]) -> Path:
        """The path of the picture of an input without a clip, if there is one."""
        name = sha256(record['source'].encode('utf-8', 'surrogateescape')).hexdigest()
        return self._stills / f'{name[:16]}.jpg'


@contextmanager
def opened(out: Path, source: Path, about: dict[str, Any]) -> Iterator[ClipFolder]:
    """Opens the folder of the clips, for one process at a time.

    Args:
        out: The folder; made if absent.
        source: Folder of the videos.
        about: Settings, see :meth:`~.settings.ClipSettings.about`.

    Raises:
        UsageError: If the folder has other things in it, or clips with other settings
            or from another folder.
        BusyError: If another process writes there.
        OutputError: If nothing can be written there.
    """
    try:
        _check(out, source, about)
        with held(out / _OWN / 'lock', str(out)):
            _check(out, source, about)  # once more: another call may have begun
            own = about | dict(input=os.path.realpath(source))
            write_text(out / FACE_DATA, json.dumps(own, indent=1) + '\n')
            folder = ClipFolder(out)
            folder._open()
            try:
                yield folder
            finally:
                shutil.rmtree(folder._making, ignore_errors=True)
    except OutputError:
        raise
    except OSError as err:
        raise OutputError(
            f'{err.filename or out}: cannot be written ({err.strerror or err})'
        ) from err


def _check(out: Path, source: Path, about: dict[str, Any]) -> None:
    if out.exists() and not out.is_dir():
        raise UsageError(f'{out} is a file: name a folder for the clips')
    note = out / FACE_DATA
    if not note.exists():
        there = [n for n in os.listdir(out) if n != _OWN] if out.exists() else []
        if there:
            raise UsageError(
                f'{out} has other things in it ({sorted(there)[0]!r} for one): name a '
                'new folder for the clips, or an empty one'
            )
        return
    try:
        known = read_json(note, *about, 'input')
    except DamagedFileError as err:
        raise UsageError(f'{err} Name a new folder for the clips.') from err
    other = known['input']
    if other != os.path.realpath(source) and os.path.isdir(other):
        raise UsageError(f'{out} has the clips of {other}: name a new folder for these')
    changed = differences({k: known[k] for k in about}, about)
    if changed:
        raise UsageError(
            f'{out} has clips made with other settings: {"; ".join(changed)}. Give the '
            'same, or name a new folder for the clips'
        )
