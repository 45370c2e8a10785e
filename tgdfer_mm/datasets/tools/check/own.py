"""Checks of a user's own clips, as training and testing will see them."""

import os
from collections import Counter, defaultdict
from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path
from statistics import median

import numpy as np
from rich.table import Table

from ....clips.errors import DamagedClipError
from ....clips.frame_names import is_frame
from ....files import file_hash
from ....terminal import Terminal, one_line
from ....version import __version__
from ...clip_sources import path_key
from ...own_clips import OwnClip, OwnData, plain
from ...own_folds import make_folds
from ...own_reading import read_own
from ...progress import in_threads
from ...text_files import some
from ...transforms.frames import DecodeFrames, ListFrames

SCHEMA = 'tgdfer_mm.check_own/1'
_CHUNK = 8


def check_own(data: str | Path, deep: bool = False) -> dict:
    """Checks a user's clips.

    Args:
        data: The folder or the list.
        deep: Whether to decode every frame, not only the first one.

    Returns:
        The report, plain data: see docs/own.md. ``ok`` tells whether nothing has to be
        corrected.

    Raises:
        DataError: If the clips cannot be used at all; the message names file and line.
    """
    found = read_own(data)
    folds = None if found.fixed else make_folds(found)
    lengths, sizes, unreadable = _look_at(found.clips, deep)
    copies = _copies(found.clips)
    both = _on_both_sides(found)
    problems = [
        *found.losses(),
        *(f'{clip} cannot be read: {reason}.' for clip, reason in unreadable.items()),
        *map(_describe_copies, copies),
    ]
    if both:
        problems.append(
            f'{len(both)} people or videos are in training and in test clips: '
            f'{some(both, 5)}. Results are then too high; keep each in one part.'
        )
    return dict(
        schema=SCHEMA,
        version=__version__,
        ok=not problems,
        data=str(found.source),
        kind=found.kind,
        folds=folds and folds.count,
        people=len({plain(c.person) for c in found.clips if c.person}),
        people_on_both_sides=both,
        classes=[_row(found, folds, name, lengths) for name in found.classes],
        sizes=[dict(width=w, height=h, clips=n) for (w, h), n in sizes.most_common()],
        unreadable=unreadable,
        copies=[sorted(clip.name for clip in each) for each in copies],
        left_out=found.left_out,
        remarks=[*found.remarks, *(folds.remarks if folds else [])],
        problems=problems,
    )


def print_own(report: dict, console: Terminal | None = None) -> None:
    """Prints a report: a row for each class, then remarks and problems."""
    console = console or Terminal()
    places = ' '.join(report['classes'][0]['places'])
    places = 'clips of each fold' if report['folds'] else places
    table = Table(
        *('class', 'clips', 'people', 'frames (median)', places),
        title=one_line(report['data']),
        title_justify='left',
    )
    table.columns[0].overflow = 'fold'
    for row in report['classes']:
        frames = '{shortest} to {longest} ({median:g})'.format(**row)
        table.add_row(
            one_line(row['class']),
            str(row['clips']),
            str(row['people'] or '?'),
            frames if row['longest'] else '-',
            ' '.join(map(str, row['places'].values())),
        )
    console.print(table)
    sizes = ', '.join('{width}x{height} ({clips})'.format(**s) for s in report['sizes'])
    lines = [f'sizes of pictures: {sizes or "none"}']
    lines += [f'note: {each}' for each in report['remarks']]
    lines += [f'problem: {each}' for each in report['problems']]
    for line in lines:
        console.print(one_line(line), soft_wrap=True)
    console.print(
        'nothing to correct' if report['ok'] else 'there are problems, see above'
    )


def _row(found: OwnData, folds, name: str, lengths: dict[str, int]) -> dict:
    """The numbers of a class."""
    clips = [clip for clip in found.clips if name in clip.labels]
    counts = [lengths[clip.name] for clip in clips if clip.name in lengths]
    if folds is None:
        places = {s: sum(c.split == s for c in clips) for s in ('train', 'val', 'test')}
    else:
        tested = Counter(folds.of[clip.name] for clip in clips)
        places = {f'fold {n}': tested[n] for n in range(1, folds.count + 1)}
    return {
        'class': name,
        'clips': len(clips),
        'people': len({plain(clip.person) for clip in clips if clip.person}),
        'places': places,
        'shortest': min(counts, default=0),
        'median': median(counts) if counts else 0,
        'longest': max(counts, default=0),
    }


def _look_at(
    clips: list[OwnClip], deep: bool
) -> tuple[dict[str, int], Counter, dict[str, str]]:
    """Frames of each clip, picture sizes, and reasons for unreadable clips."""
    lengths: dict[str, int] = {}
    sizes: Counter = Counter()
    unreadable: dict[str, str] = {}

    def look(clip: OwnClip) -> tuple[str, int, tuple | None, str | None]:
        key = path_key('videos' if clip.video else 'frames')
        try:
            opened = ListFrames()({'clip': clip.name, key: str(clip.path)})
            total = opened['total_frames']
            opened['frame_inds'] = np.arange(total if deep else 1)
            shape = DecodeFrames()(opened)['img_shape']
        except DamagedClipError as error:
            return clip.name, 0, None, error.reason
        return clip.name, total, (shape[1], shape[0]), None

    steps = in_threads(look, clips, 'Opening clips', chunk=_CHUNK)
    for name, total, size, reason in steps:
        if reason is not None:
            unreadable[name] = reason
        else:
            lengths[name] = total
            sizes[size] += 1
    return lengths, sizes, unreadable


def _copies(clips: Iterable[OwnClip]) -> list[list[OwnClip]]:
    """Groups of identical clips, byte by byte."""
    by_size: dict[tuple, list[OwnClip]] = defaultdict(list)
    for clip in clips:
        by_size[_size(clip)].append(clip)
    groups: list[list[OwnClip]] = []
    for alike in by_size.values():
        by_content: dict[str, list[OwnClip]] = defaultdict(list)
        for clip in alike if len(alike) > 1 else ():
            by_content[_content(clip)].append(clip)
        groups += [each for each in by_content.values() if len(each) > 1]
    return groups


def _describe_copies(copies: list[OwnClip]) -> str:
    names = ' and '.join(sorted(clip.name for clip in copies))
    labels = {clip.main_class for clip in copies}
    classes = '' if len(labels) == 1 else f', in the classes {sorted(labels)}'
    return f'{names} are the same clip{classes}: keep only one of them.'


def _files(clip: OwnClip) -> list[Path]:
    if clip.video:
        return [clip.path]
    return [
        clip.path / name for name in sorted(os.listdir(clip.path)) if is_frame(name)
    ]


def _size(clip: OwnClip) -> tuple[int, int]:
    files = _files(clip)
    return len(files), sum(path.stat().st_size for path in files)


def _content(clip: OwnClip) -> str:
    return sha256(''.join(map(file_hash, _files(clip))).encode()).hexdigest()


def _on_both_sides(found: OwnData) -> list[str]:
    """People or videos with clips in both training and test parts of a stated split."""
    sides: dict[str, set[str]] = defaultdict(set)
    names: dict[str, str] = {}
    for clip in found.clips if found.fixed else ():
        if who := clip.person or clip.source:
            sides[clip.group].add('test' if clip.split == 'test' else 'train')
            names.setdefault(clip.group, who)
    return sorted(names[key] for key, each in sides.items() if len(each) > 1)
