"""Reads zip archives from other people: nested, encrypted, or hostile."""

import errno
import lzma
import os
import re
import stat
import struct
import sys
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from .limits import ArchiveError, Meter, is_archive
from .password import Password

_AES = 99  # the compression method for encryption
_JUNK = ('__MACOSX', '.DS_Store', 'Thumbs.db', 'desktop.ini')
# Exceptions for a wrong password, a damaged or a foreign file. RuntimeError includes
# NotImplementedError.
_FAILURES = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    EOFError,
    RuntimeError,
    UnicodeError,  # of a name that is no text
    LookupError,
    OverflowError,
)
_LONGEST = 249  # bytes of a name: the limit of file systems, minus the suffix of a part


@dataclass(frozen=True)
class Member:
    """A file in an archive.

    Attributes:
        archive: The archive, for messages.
        parts: Its path.
        size: Its size when unpacked, bytes.
        crc: CRC-32 of its content; None if the archive does not state it.
        open: Function that opens it; raises :class:`ArchiveError`.
    """

    archive: str
    parts: tuple[str, ...]
    size: int
    crc: int | None
    open: Callable[[], AbstractContextManager[IO[bytes]]]


@dataclass(frozen=True)
class Archive:
    """An archive on the disk or inside another archive.

    Attributes:
        label: Its path, with those of the archives around it.
        names: Its own name and those of the archives around it, outermost first,
            without ``.zip``.
        members: Its files in their order, without nested archives.
        junk: Number of entries left out that an operating system added.
        hint: Advice for faster reading, if it is slow.
    """

    label: str
    names: tuple[str, ...]
    members: list[Member]
    junk: int
    hint: str = ''


def open_archive(path: Path, password: Password, meter: Meter) -> Iterator[Archive]:
    """Opens an archive and the archives in it, one after the other.

    An archive is checked completely before it is yielded.

    Args:
        path: A zip file.
        password: Used if an entry is encrypted.
        meter: Counter of the archives' contents, with limits.

    Yields:
        The archive and each nested one; its members can be opened until the next one is
        yielded.

    Raises:
        ArchiveError: If it is no zip file, a part of a split one, encrypted in a way
            that needs another library, or the password is wrong; an entry climbs out of
            the folder, is a link or no plain file; they hold more than the limits
            allow.
    """
    meter.begin(path.stat().st_size)
    yield from _open(path, str(path), (path.stem,), password, meter)


def _open(
    file: Path | IO[bytes],
    label: str,
    names: tuple[str, ...],
    password: Password,
    meter: Meter,
) -> Iterator[Archive]:
    with _explained(label), _zip_file(file, label) as archive:
        infos = sorted(archive.infolist(), key=lambda info: info.header_offset)
        meter.add(label, infos, len(names))
        plain, nested, junk = [], [], 0
        for info in infos:
            parts = _parts(info, label)
            if info.is_dir():
                continue
            if any(p in _JUNK for p in parts) or parts[-1].startswith('._'):
                junk += 1
            elif is_archive(parts[-1]):
                nested.append((info, parts[-1]))
            else:
                plain.append((info, parts))
        members = [
            Member(
                *(label, parts, info.file_size, _crc(info)),
                _opener(archive, info, label, password),
            )
            for info, parts in plain
        ]
        hint = _speed_up() if any(info.flag_bits & 0x1 for info in infos) else ''
        yield Archive(label, names, members, junk, hint)
        for info, name in nested:
            with _opener(archive, info, label, password)() as inner:
                own = (*names, name[: -len('.zip')])
                yield from _open(inner, f'{label} > {name}', own, password, meter)


def _crc(info: zipfile.ZipInfo) -> int | None:
    # AES encryption has its own check, and may leave this one out.
    return None if info.compress_type == _AES else info.CRC


def _zip_file(file: Path | IO[bytes], label: str) -> zipfile.ZipFile:
    archive = zipfile.ZipFile(file)
    if all(info.compress_type != _AES for info in archive.infolist()):
        return archive
    archive.close()
    try:
        import pyzipper
    except ImportError as err:
        raise ArchiveError(
            label,
            None,
            'it has AES encryption, which needs pyzipper: run `pip install '
            'tgdfer_mm[archives]`',
        ) from err
    return pyzipper.AESZipFile(file)


def _speed_up() -> str:
    """Makes the standard library decrypt in C; returns advice if it cannot."""
    try:
        import fast_zip_decryption
    except ImportError:
        return (
            'it is encrypted, and Python itself decrypts about 1 MB a second; after '
            '`pip install tgdfer_mm[archives]` it is about 50 MB'
        )
    fast_zip_decryption.monkeypatch()
    return ''


def _opener(
    archive: zipfile.ZipFile, info: zipfile.ZipInfo, label: str, password: Password
) -> Callable[[], AbstractContextManager[IO[bytes]]]:
    @contextmanager
    def open_member() -> Iterator[IO[bytes]]:
        pwd = _password(label, info, password)
        with _explained(label, info.filename), archive.open(info, pwd=pwd) as file:
            yield file

    return open_member


def _password(label: str, info: zipfile.ZipInfo, password: Password) -> bytes | None:
    if not info.flag_bits & 0x1:
        return None
    try:
        return password.get()
    except ValueError as err:
        raise ArchiveError(label, info.filename, f'is encrypted: {err}') from None


def _failures() -> tuple[type[Exception], ...]:
    pyzipper = sys.modules.get('pyzipper')  # has its own exception
    return (*_FAILURES, *([pyzipper.zipfile.BadZipFile] if pyzipper else []))


@contextmanager
def _explained(label: str, entry: str | None = None) -> Iterator[None]:
    """Adds archive and entry to an error."""
    try:
        yield
    except ArchiveError:
        raise
    except OSError as err:
        # Without a number, or with an odd offset, it is an error of the archive and not
        # the disk.
        if err.errno not in (None, errno.EINVAL):
            raise
        raise _unreadable(label, entry, err) from err
    except _failures() as err:
        if isinstance(err, RuntimeError) and 'assword' in str(err):
            raise ArchiveError(label, entry, 'the password is wrong') from None
        raise _unreadable(label, entry, err) from err


def _unreadable(label: str, entry: str | None, err: Exception) -> ArchiveError:
    hint = ''
    if os.path.exists(os.path.splitext(label)[0] + '.z01') or 'multiple disks' in str(
        err
    ):
        hint = '; it is one part of a split archive: join them with `zip -s 0`'
    elif entry is not None:
        hint = '; it is damaged (download it again), or the password is wrong'
    return ArchiveError(label, entry, f'cannot be read ({err}){hint}')


def _parts(info: zipfile.ZipInfo, label: str) -> tuple[str, ...]:
    """The path of an entry, if it is below the folder and is a plain file."""
    name = info.filename.replace('\\', '/')
    parts = tuple(part for part in name.split('/') if part not in ('', '.'))
    if name.startswith('/') or '..' in parts or re.match('[A-Za-z]:', name):
        raise ArchiveError(label, info.filename, 'leads out of the folder; refused')
    kind = stat.S_IFMT(info.external_attr >> 16)
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        raise ArchiveError(label, info.filename, 'is a link or no plain file; refused')
    if not (parts or info.is_dir()):
        raise ArchiveError(label, info.filename, 'has no name; refused')
    if any(len(part.encode(errors='replace')) > _LONGEST for part in parts):
        raise ArchiveError(label, info.filename, 'has too long a name; refused')
    return parts
