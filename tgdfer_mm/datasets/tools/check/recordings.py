"""Checks of acted recordings: file names, and absent actors and recordings."""

import os
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from ....clips.git_lfs import is_pointer
from ....video.reading import VIDEOS
from ...acted_dataset import ActedDataset
from ...text_files import DataError, some
from .copies import Copy

_FIELDS = ('emotion', 'sentence', 'intensity', 'repetition', 'actor')
_CODED = ('sentence', 'actor')  # the other codes are shown in words


def check_recordings(copy: Copy, clip_counts: Mapping[str, int | None]) -> dict:
    """Checks the files of the videos and of the sound, and counts the recordings.

    Args:
        copy: The copy of a data set of actors.
        clip_counts: Frames of each clip of the checked pixel version; None for an
            absent clip.

    Returns:
        For each field of the names and each of its values, the number of recordings in
        the copy and in the data set; and, as ``left_out``, the number of other files of
        each kind.
    """
    data = copy.dataset('test', None, media='videos')
    videos = copy.places().get(('videos', 'original'))
    left_out = _check_names(copy, data, videos) if videos else Counter()
    _check_actors(copy, data, clip_counts)
    _check_sounds(copy, data)
    damaged = data.names.facts.get('damaged', {})
    known = [
        f'{clip} ({why})' for clip, why in damaged.items() if clip_counts.get(clip)
    ]
    copy.findings.add('recordings-damaged', known)
    return dict(_manifest(data, clip_counts), left_out=dict(sorted(left_out.items())))


def _manifest(data: ActedDataset, clip_counts: Mapping[str, int | None]) -> dict:
    counts: dict[str, dict[str, list[int]]] = {}
    for field in _FIELDS:
        if field not in data.names.fields:
            continue
        found = counts[field] = {}
        for clip, codes in data.chosen.items():
            said = codes if field in _CODED else data.names.words(codes)
            pair = found.setdefault(said[field], [0, 0])
            pair[0] += clip_counts.get(clip) is not None
            pair[1] += 1
    return counts


def _files(folder: Path) -> Iterator[str]:
    """Paths of all files below a folder, with slashes; hidden ones are left out."""
    for path, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if name[0] != '.')
        below = os.path.relpath(path, folder)
        for name in sorted(names):
            if name[0] != '.':
                yield name if below == '.' else f'{Path(below).as_posix()}/{name}'


def _check_names(copy: Copy, data: ActedDataset, folder: Path) -> Counter:
    """Checks every file in the folder of videos; counts files of other kinds."""
    expected = {data.video_name(clip) for clip in data.chosen}
    left_out: Counter = Counter()
    malformed, unknown, pointers = [], [], []
    for path in _files(folder):
        if path in expected:
            if is_pointer(folder / path):
                pointers.append(path)
            continue
        try:
            kind = data.other_kind(path)
        except DataError as err:
            if Path(path).suffix.lower() in VIDEOS:
                malformed.append(str(err))
            continue
        if kind is None:
            unknown.append(path)
        else:
            left_out[kind] += 1
    copy.findings.add('lfs-pointers', pointers, folder=folder)
    copy.findings.add('names-malformed', malformed, reasons=some(malformed))
    copy.findings.add('recordings-unknown', unknown)
    known = copy.facts.get('kinds', {})
    said = [
        f'{kind} {count}{_of(known.get(kind), count)}'
        for kind, count in sorted(left_out.items())
    ]
    if said:
        copy.findings.add(
            'recordings-left-out',
            said,
            total=sum(left_out.values()),
            kinds=some(said, 9),
        )
    return left_out


def _of(known: int | None, count: int) -> str:
    return f' of {known}' if known not in (None, count) else ''


def _check_actors(
    copy: Copy, data: ActedDataset, clip_counts: Mapping[str, int | None]
) -> None:
    there: dict[str, int] = defaultdict(int)
    for clip, codes in data.chosen.items():
        there[codes['actor']] += clip_counts.get(clip) is not None
    absent = [actor for actor, count in there.items() if not count]
    if 0 < len(absent) < len(there):
        copy.findings.add(
            'actors-absent', absent, total=len(there), folds=_folds_of(data, absent)
        )


def _folds_of(data: ActedDataset, actors: Iterable[str]) -> str:
    folds = data.names.folds(data.protocol)
    found = [k for k, tested in enumerate(folds, 1) if tested & set(actors)]
    return some(found, len(found))


def _check_sounds(copy: Copy, data: ActedDataset) -> None:
    root = copy.root
    entries = [dict(clip=clip) for clip in data.chosen]
    data.add_sounds(entries)
    silent = [
        e['clip'] for e in entries if 'audio' in e and not Path(e['audio']).exists()
    ]
    if entries and 'audio' in entries[0]:
        folder = Path(os.path.relpath(entries[0]['audio'], root)).parts[0]
        copy.findings.add('sounds-absent', silent, total=len(entries), folder=folder)
