"""Checks of the frames: version, numbers and names."""

import os
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from ....clips.clip_index import ClipIndex, leads_up
from ....clips.frame_names import frame_number
from ...clip_sources import open_clips
from .copies import Copy
from .findings import NOTE, WARNING

SHORT = 16  # number of frames that the configs sample


@dataclass
class Frames:
    """The frames of the listed clips.

    Attributes:
        index: All clips on disk.
        places: Folder of each listed clip below the media folder.
        counts: Frames of each listed clip; None if it is absent.
    """

    index: ClipIndex
    places: dict[str, str]
    counts: dict[str, int | None]

    def names(self, clip: str) -> list[str]:
        """Frame files of an existing clip."""
        return self.index.frames(self.places[clip])

    @property
    def there(self) -> list[str]:
        """The listed clips that have a frame."""
        return [clip for clip, count in self.counts.items() if count]


def check_frames(
    copy: Copy, folder: Path, version: str, listed: Iterable[str]
) -> Frames:
    """Counts the frames of the listed clips.

    Args:
        copy: The copy.
        folder: Folder of the pixel version.
        version: Its name.
        listed: All clips of the lists.
    """
    name_of = copy.dataset('train', None).media_name
    places = {clip: name_of(clip) for clip in sorted(set(listed))}
    depth = next(iter(places.values())).count('/') + 1
    index = open_clips('frames', folder, copy.root, copy.cls.NAME, version, depth).index
    counts = {c: index.num_frames(p) if p in index else None for c, p in places.items()}
    frames = Frames(index, places, counts)
    _check_presence(copy, frames)
    _check_names(copy, frames)
    _check_version(copy, frames, version)
    _check_lengths(copy, frames, version)
    _check_strangers(copy, frames)
    return frames


def _check_presence(copy: Copy, frames: Frames) -> None:
    absent = [clip for clip, count in frames.counts.items() if count is None]
    bare = [c for c in absent if c.isdecimal() and str(int(c)) in frames.index]
    copy.findings.add(
        'clips-absent/unpadded' if bare else 'clips-absent',
        absent,
        total=len(frames.counts),
        folder=frames.index.folder,
        unpadded=len(bare),
    )
    empty = [clip for clip, count in frames.counts.items() if count == 0]
    copy.findings.add('clips-empty', empty)


def _check_names(copy: Copy, frames: Frames) -> None:
    unnumbered, twice, unsorted = [], [], []
    for clip in frames.there:
        numbers = {name: frame_number(name) for name in frames.names(clip)}
        names, often = list(numbers), Counter(numbers.values())
        del often[None]
        unnumbered += [f'{clip}/{n}' for n in names if numbers[n] is None]
        twice += [f'{clip}/{n}' for n in names if often[numbers[n]] > 1]
        if sorted(names) != names:
            unsorted.append(clip)
    copy.findings.add('frames-unnumbered', unnumbered)
    copy.findings.add('frames-twice', twice)
    copy.findings.add('frames-unpadded', unsorted)


def _check_version(copy: Copy, frames: Frames, version: str) -> None:
    known = copy.facts['pixels']
    length = known.get(version, {}).get('frames_per_clip')
    counts = {frames.counts[clip] for clip in frames.there}
    for name, fact in known.items():
        if name != version and counts == {fact.get('frames_per_clip')}:
            copy.findings.add(
                'version-other/whole',
                folder=frames.index.folder,
                version=version,
                length=counts.pop(),
                other=name,
            )
            return
    others = [c for c in frames.there if length and frames.counts[c] != length]
    copy.findings.add('version-other', others, version=version, length=length)


def _check_lengths(copy: Copy, frames: Frames, version: str) -> None:
    fact = copy.facts['pixels'].get(version, {})
    counts = [frames.counts[clip] for clip in frames.there]
    short = [clip for clip in frames.there if frames.counts[clip] < SHORT]
    known = fact.get('short_clips')
    if short or known:
        copy.findings.add(
            'clips-short',
            short or None,
            NOTE if known in (None, len(short)) else WARNING,
            least=SHORT,
            published='' if known is None else f' ({known} are published)',
        )
    total, wanted = sum(counts), fact.get('listed_frames')
    whole = len(counts) == len(frames.counts)
    if wanted and whole and total != wanted:
        copy.findings.add(
            'frames-total',
            total=total,
            version=version,
            shortest=min(counts),
            longest=max(counts),
            fact=fact,
        )


def _check_strangers(copy: Copy, frames: Frames) -> None:
    index, listed = frames.index, set(frames.places.values())
    extra = [clip for clip in index.clips if clip not in listed]
    copy.findings.add('clips-unlisted', extra)
    ignored = sum(index.num_ignored(clip) for clip in index.clips)
    if ignored:
        copy.findings.add('files-ignored', ignored=ignored)
    loops, odd = [], []
    for each in index.listings:
        if each.path in index:
            continue
        known = set(each.split())
        for entry in sorted(os.scandir(index.folder / each.path), key=lambda e: e.name):
            name = os.path.join(each.path, entry.name)
            if entry.is_symlink() and leads_up(entry.path):
                loops.append(name)
            elif entry.name[0] != '.' and entry.name not in known:
                odd.append(name)
    copy.findings.add('link-loops', loops)
    copy.findings.add('entries-odd', odd, folder=index.folder)
