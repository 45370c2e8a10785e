"""Unpacks the authors' archives into the places that the data set classes know."""

import json
import os
import re
import shutil
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path
from zlib import crc32

from ....clips.frame_names import natural_sorted
from ....locks import held
from ....terminal import one_line, say
from ...progress import track
from .archives import Archive, Member, open_archive
from .limits import ArchiveError, Limits, Meter
from .password import Password

_RULES = Path(__file__).parent / 'places'
_FOREIGN = ('.rar', '.7z', '.tar', '.gz', '.z01')


@dataclass
class Unpacked:
    """The results for the entries of all archives.

    Attributes:
        written: Files that were written.
        present: Files that existed already, with the right content.
        replaced: Files that existed with other content, and were written again.
        junk: Entries left out that an operating system added (``._*``, ``__MACOSX``).
        other: Entries that do not belong to the data set's tree, such as a README.
        unread: Files that look like archives of kinds that cannot be read.
    """

    written: int = 0
    present: int = 0
    replaced: list[str] = field(default_factory=list)
    junk: int = 0
    other: list[str] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)


def unpack(
    dataset: str,
    sources: Iterable[str | Path],
    root: str | Path,
    password: Password | None = None,
    *,
    limits: Limits | None = None,
    none_needed: bool = False,
    report: Callable[[str], None] = say,
) -> Unpacked:
    """Unpacks all archives found.

    A file gets its name only when it is complete. After an interruption, a second call
    continues: files with the size and the CRC-32 of the archive's entry are not
    unpacked again (with AES encryption only the size counts).

    Args:
        dataset: ``'dfew'``, ``'ferv39k'`` or ``'mafw'``.
        sources: Zip files, or folders with zip files.
        root: Root folder of the data set to fill.
        password: Password of the archives; by default it is asked for when needed.
        limits: Limits on the contents of the archives.
        none_needed: Whether it is allowed that there is no archive.
        report: Called with lines about the progress.

    Raises:
        ArchiveError: See :func:`~.archives.open_archive`; or two entries go to the same
            place, also if their names differ only in case; or one entry needs a folder
            where another is a file; or the disk is too small.
        FileNotFoundError: If a source does not exist, or there is no archive in any.
        ValueError: If the data set is unknown.
        BusyError: If another process unpacks into the same root.
    """
    rules = load_rules(dataset)
    root = Path(root).expanduser().absolute()
    with held(root / '.prepare.lock', str(root)):
        return _unpack_all(
            *(rules, sources, root, password or Password()),
            *(Meter(limits or Limits()), report, none_needed),
        )


def _unpack_all(
    rules: list[dict],
    sources: Iterable[str | Path],
    root: Path,
    password: Password,
    meter: Meter,
    report: Callable[[str], None],
    none_needed: bool,
) -> Unpacked:
    done = Unpacked()
    archives = list(_find(sources, done))
    if not archives and not none_needed:
        looked = ', '.join(map(str, sources))
        raise FileNotFoundError(f'There is no zip file in {looked}.')
    for path in archives:
        for archive in open_archive(path, password, meter):
            report(f'{one_line(archive.label)}: {len(archive.members)} files')
            if archive.hint:
                report(f'  {archive.hint}')
            _unpack_one(archive, rules, root, done)
    return done


def load_rules(dataset: str) -> list[dict]:
    """The rules for the places of archives and their folders.

    Raises:
        ValueError: If there are no rules for this data set.
    """
    path = _RULES / f'{dataset}.json'
    if not path.is_file():
        known = sorted(p.stem for p in _RULES.glob('*.json'))
        raise ValueError(f'The archives of {known} are known, not of {dataset!r}.')
    return json.loads(path.read_text(encoding='utf-8'))['rules']


def _find(sources: Iterable[str | Path], done: Unpacked) -> Iterable[Path]:
    for source in map(Path, sources):
        source = source.expanduser()
        if not source.exists():
            raise FileNotFoundError(
                f'{source}: there is no such file or folder to unpack.'
            )
        if source.is_file():
            yield source
            continue
        for path in natural_sorted(map(str, source.rglob('*'))):
            path = Path(path)
            if path.name.startswith('._') or not path.is_file():
                continue
            if path.suffix.lower() == '.zip':
                yield path
            elif path.suffix.lower() in _FOREIGN:
                done.unread.append(str(path))


def _unpack_one(
    archive: Archive, rules: list[dict], root: Path, done: Unpacked
) -> None:
    done.junk += archive.junk
    wanted: dict[Path, Member] = {}
    seen: dict[str, Member | None] = {}  # None: a folder
    for member in archive.members:
        place = find_place(rules, archive.names, member.parts)
        if place is None:
            done.other.append(f'{archive.label}: {"/".join(member.parts)}')
            continue
        target = root / place
        _check_alone(archive, member, place, seen)
        wanted[target] = member
    missing = {}
    for target, member in wanted.items():
        if _is_whole(target, member):
            done.present += 1
            continue
        if target.exists():
            done.replaced.append(str(target))
        missing[target] = member
    _check_space(archive, root, sum(m.size for m in missing.values()))
    what = f'Unpacking {archive.names[-1]}'
    for target, member in track(missing.items(), len(missing), what):
        _write(member, target)
        done.written += 1


def _check_alone(
    archive: Archive, member: Member, place: str, seen: dict[str, Member | None]
) -> None:
    """Refuses an entry that some file system could not tell from another one."""
    key = unicodedata.normalize('NFC', place).casefold()
    folder, entry = key.rpartition('/')[0], '/'.join(member.parts)
    if key in seen:
        other = seen[key]
        also = f'so does {"/".join(other.parts)!r}' if other else 'others need a folder'
        raise ArchiveError(
            archive.label, entry, f'goes to {place!r}, and {also} there; refused'
        )
    seen[key] = member
    while folder and folder not in seen:
        seen[folder] = None
        folder = folder.rpartition('/')[0]
    if folder and (file := seen[folder]):
        raise ArchiveError(
            archive.label,
            entry,
            f'goes into {place!r}, and {"/".join(file.parts)!r} is a file on the way '
            'there; refused',
        )


def find_place(
    rules: list[dict], names: tuple[str, ...], parts: tuple[str, ...]
) -> str | None:
    """The place of an entry below the root; None if it has none.

    Args:
        rules: See the files in ``places/``.
        names: The archive's name and those of the archives around it.
        parts: Path of the entry.
    """
    folders = parts[:-1]
    chain = [*names, *folders]
    for depth in range(len(chain) - 1, -1, -1):
        for rule in rules:
            if any(fnmatchcase(chain[depth], name) for name in rule['names']):
                rest = parts[max(0, depth - len(names) + 1) :]
                return _placed(rule, rest)
    return None


def _placed(rule: dict, parts: tuple[str, ...]) -> str | None:
    if 'from' not in rule:
        return '/'.join((rule['place'], *parts))
    for i, part in enumerate(parts):
        if re.fullmatch(rule['from'], part):
            return '/'.join((rule['place'], *parts[i:]))
    return None


def _is_whole(path: Path, member: Member) -> bool:
    """Tells whether a file has the content of an entry, as far as this is known."""
    try:
        if path.stat().st_size != member.size:
            return False
    except FileNotFoundError:
        return False
    return member.crc is None or crc32(path.read_bytes()) == member.crc


def _check_space(archive: Archive, root: Path, needed: int) -> None:
    root.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(root).free
    if needed > free:
        raise ArchiveError(
            archive.label,
            None,
            f'needs {needed / 1e9:.1f} GB, but {root} has {free / 1e9:.1f} GB left',
        )


def _write(member: Member, target: Path) -> None:
    # Without a sync for each of a million files: after a kill no file is half written;
    # after a power failure, use the check with --deep.
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(f'.{target.name}.part')
    try:
        with member.open() as source, open(part, 'wb') as file:
            shutil.copyfileobj(source, file, 1 << 20)
            if file.tell() != member.size:
                raise ArchiveError(
                    member.archive,
                    '/'.join(member.parts),
                    f'says that it has {member.size} bytes, and has {file.tell()}; '
                    'refused',
                )
        os.replace(part, target)
    finally:
        part.unlink(missing_ok=True)
