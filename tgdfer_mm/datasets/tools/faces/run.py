"""Makes face clips of all videos in a folder, with a report."""

import os
from collections.abc import Callable, Collection, Iterable, Iterator
from pathlib import Path
from typing import Any

from ....video.errors import InputError, UsageError
from .clip_folder import ClipFolder, opened
from .clip_list import read_list, write_list
from .clip_maker import UNREADABLE, ClipMaker, lost_record
from .contact_sheet import write_contact_sheet
from .inputs import RawClip, RawFolder, find_raw_clips
from .packing import PACK_NAME, pack_frames
from .report import make_report, write_report
from .settings import ClipSettings
from .workers import in_processes

Track = Callable[[Iterable, int], Iterator]


def make_face_clips(
    source: str | Path,
    out: str | Path,
    settings: ClipSettings | None = None,
    workers: int = 0,
    *,
    pack: bool = False,
    digits: int = 0,
    wanted: Collection[str] | None = None,
    track: Track = lambda steps, total: iter(steps),
) -> dict[str, Any]:
    """Makes a face clip of each video below a folder; a second call continues.

    Args:
        source: Folder of videos and of folders of pictures, in folders of any depth.
        out: Folder of the clips: ``joy/a.mp4`` becomes ``joy/a/000001.jpg`` and so on.
        settings: How the clips are made.
        workers: Number of processes. With 0, this process reads all videos, and a crash
            in a library may end it.
        pack: Whether to pack the frames into one file as well, ``clips.pack``.
        digits: See :func:`~.inputs.find_raw_clips`.
        wanted: Names of the clips to make; by default all. The report counts the
            others.
        track: A function that wraps the steps to show progress; it also gets their
            number.

    Returns:
        The report, plain data; see docs/faces.md. Its ``ok`` tells whether every input
        has a clip and none is damaged.

    Raises:
        InputError: If there is no such folder, or no video in it.
        UsageError: If a setting is not allowed, or `out` cannot be the folder of these
            clips.
        DataError: ``clips.csv`` cannot be read.
        BusyError: If another process writes there.
        OutputError: If a file cannot be written.
        MissingPackage: If an optional package is absent.
    """
    source, out = Path(source), Path(out)
    settings = settings or ClipSettings()
    about = settings.about()
    _check_places(source, out)
    found = find_raw_clips(source, out, digits)
    left_out = [] if wanted is None else found.leave_out(wanted)
    if not found.clips:
        kinds = f' ({len(found.others)} other files)' if found.others else ''
        raise InputError(f'{source} holds no video and no folder of pictures{kinds}')
    listed = read_list(source, found.clips)
    with opened(out, source, about) as folder:
        stamps = {raw.source: raw.stamp() for raw in found.clips}
        todo = [r for r in found.clips if not folder.is_done(r, stamps[r.source])]
        places = {raw.source: folder.new_place() for raw in todo}
        records = in_processes(
            ClipMaker(settings), [(r, places[r.source]) for r in todo], workers, _died
        )
        for record in track(records, len(todo)):
            (out / PACK_NAME).unlink(missing_ok=True)  # it would have earlier clips
            key = record['source']
            folder.take(record | dict(stamp=stamps[key]), places[key])
        report = _conclude(folder, found, left_out, listed, about)
        if pack:
            pack_frames(folder, about['pixel_version'])
    return report


def _conclude(
    folder: ClipFolder,
    found: RawFolder,
    left_out: list[str],
    listed: Any,
    about: dict[str, Any],
) -> dict[str, Any]:
    names = {raw.source for raw in found.clips}
    own = [folder.records[raw.source] for raw in found.clips]
    gone = [
        clip['clip']
        for source, record in folder.records.items()
        if source not in names
        for clip in record['clips']
    ]
    report = make_report(about, own, found.others, listed)
    report |= dict(kept_without_video=gone, left_out=left_out)
    if listed is not None:
        write_list(listed, {each['source']: each for each in own}, folder.folder)
    write_report(report, folder.folder)
    write_contact_sheet(report, folder)
    return report


def _check_places(source: Path, out: Path) -> None:
    if not source.is_dir():
        what = 'is a file' if source.exists() else 'is not there'
        raise InputError(f'{source} {what}: give the folder with the videos')
    inside, outside = os.path.realpath(out), os.path.realpath(source)
    if os.path.commonpath([inside, outside]) in (inside, outside):
        raise UsageError(
            f'{source} and {out}: neither folder may be in the other one. Name another '
            'folder for the clips'
        )


def _died(job: tuple[RawClip, Path], reason: str) -> dict[str, Any]:
    return lost_record(job[0], UNREADABLE, f'the process that read it was {reason}')
