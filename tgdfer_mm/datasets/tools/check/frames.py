"""Checks of the frames: which version they are, how many, how they are named."""

import os
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from ....clips.clip_index import ClipIndex, leads_up, open_index
from ....clips.frame_names import frame_number
from ...progress import track
from .copies import Copy
from .findings import some

SHORT = 16  # frames, what the configs sample


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
        """Frame files of a clip that is there."""
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
    index = open_index(
        folder,
        next(iter(places.values())).count('/') + 1,
        copy.root,
        track=lambda steps, total: track(steps, total, 'Listing frames'),
    )
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
    empty = [clip for clip, count in frames.counts.items() if count == 0]
    bare = [c for c in absent if c.isdecimal() and str(int(c)) in frames.index]
    if absent:
        advice = 'Unpack them, or look for the part of the archive that holds them.'
        if bare:
            advice = (
                f'{len(bare)} of them are there without the zeros before their number: '
                'rename those folders to five digits.'
            )
        copy.findings.error(
            'clips-absent',
            f'{len(absent)} of {len(frames.counts)} listed clips are not in '
            f'{frames.index.folder}: {some(absent)}. They count as wrong in testing.',
            advice,
            absent,
        )
    if empty:
        copy.findings.error(
            'clips-empty',
            f'{len(empty)} listed clips have no frame: {some(empty)}. They count as '
            'wrong in testing.',
            'Unpack them anew.',
            empty,
        )


def _check_names(copy: Copy, frames: Frames) -> None:
    unnumbered, twice, unsorted = [], [], []
    for clip in frames.there:
        names = frames.names(clip)
        numbers = [frame_number(name) for name in names]
        often = Counter(numbers)
        for name, number in zip(names, numbers, strict=True):
            if number is None:
                unnumbered.append(f'{clip}/{name}')
            elif often[number] > 1:
                twice.append(f'{clip}/{name}')
        if sorted(names) != names:
            unsorted.append(clip)
    if unnumbered:
        copy.findings.error(
            'frames-unnumbered',
            f'The names of {len(unnumbered)} frames do not end in a number, so their '
            f'place in the clip is unknown: {some(unnumbered)}.',
            'Remove copies such as `00001 (1).jpg`; name the rest as the others are.',
            unnumbered,
        )
    if twice:
        copy.findings.error(
            'frames-twice',
            f'{len(twice)} frames share their number with another of the same clip: '
            f'{some(twice)}.',
            'Keep one of each.',
            twice,
        )
    if unsorted:
        copy.findings.note(
            'frames-unpadded',
            f'In {len(unsorted)} clips the order of the names is not that of their '
            'numbers (1, 10, 11, ..., 2). They are read by number; code that sorts '
            'names scrambles them, and its results do not compare.',
            who=unsorted,
        )


def _check_version(copy: Copy, frames: Frames, version: str) -> None:
    known = copy.facts['pixels']
    length = known.get(version, {}).get('frames_per_clip')
    counts = {frames.counts[clip] for clip in frames.there}
    for name, fact in known.items():
        if name != version and counts == {fact.get('frames_per_clip')}:
            copy.findings.error(
                'version-other',
                f'{frames.index.folder} should be {version!r}, but every clip has '
                f'{counts.pop()} frames: it holds {name!r}.',
                f'Set pixel_version={name!r} with media_dir; the two do not compare.',
            )
            return
    others = [c for c in frames.there if length and frames.counts[c] != length]
    if others:
        copy.findings.error(
            'version-other',
            f'{len(others)} clips of {version!r} have other than {length} frames: '
            f'{some(others)}.',
            'Another version was unpacked into this folder; give each its own.',
            others,
        )


def _check_lengths(copy: Copy, frames: Frames, version: str) -> None:
    fact = copy.facts['pixels'].get(version, {})
    counts = [frames.counts[clip] for clip in frames.there]
    short = [clip for clip in frames.there if frames.counts[clip] < SHORT]
    known = fact.get('short_clips')
    if short or known:
        say = copy.findings.note
        if known not in (None, len(short)):
            say = copy.findings.warning
        published = '' if known is None else f' ({known} are published)'
        say(
            'clips-short',
            f'{len(short)} clips have fewer than {SHORT} frames{published}: '
            f'{some(short)}.',
            'They are padded and masked by default; see short_clip in docs/data.md.',
            short,
        )
    total, wanted = sum(counts), fact.get('listed_frames')
    whole = len(counts) == len(frames.counts)
    if wanted and whole and total != wanted:
        copy.findings.warning(
            'frames-total',
            f'The listed clips have {total} frames of {version!r} ({min(counts)} to '
            f'{max(counts)}); published are {wanted} ({fact["shortest"]} to '
            f'{fact["longest"]}).',
            'Frames may be missing, or these are crops of somebody else: then name '
            'them with pixel_version and media_dir.',
        )


def _check_strangers(copy: Copy, frames: Frames) -> None:
    index, listed = frames.index, set(frames.places.values())
    extra = [clip for clip in index.clips if clip not in listed]
    if extra:
        copy.findings.note(
            'clips-unlisted',
            f'{len(extra)} folders are in none of the lists and not read: '
            f'{some(extra)}.',
            who=extra,
        )
    ignored = sum(index.num_ignored(clip) for clip in index.clips)
    if ignored:
        copy.findings.note(
            'files-ignored',
            f"{ignored} files in the clips' folders are no frames (macOS's ._* files "
            'and the like) and are ignored.',
        )
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
    if loops:
        copy.findings.warning(
            'link-loops',
            f'{len(loops)} symbolic links lead back to where they come from and are '
            f'not followed: {some(loops)}.',
            'Remove them.',
            loops,
        )
    if odd:
        copy.findings.note(
            'entries-odd',
            f'{index.folder} also holds what is no folder of a clip: {some(odd)}.',
            who=odd,
        )
