"""The whole check, from the folders to the input of training."""

from collections import Counter
from pathlib import Path
from statistics import median
from time import perf_counter

from ....version import __version__
from ...text_files import some
from .copies import ClipList, Copy
from .facts import expected
from .frames import SHORT, check_frames
from .lists import check_lists, count_classes
from .pictures import check_pictures
from .recordings import check_recordings
from .scenes import check_scenes
from .spreadsheets import check_tables
from .videos import check_videos

SCHEMA = 'tgdfer_mm.check/1'


def check_copy(
    dataset: str,
    root: str | Path,
    *,
    media: str = 'frames',
    pixel_version: str | None = None,
    media_dir: str | None = None,
    counts: str = 'auto',
    deep: bool = False,
    split_file: str | None = None,
    label_base: int | None = None,
    list_order: str | None = None,
) -> dict:
    """Checks a copy of a data set.

    Args:
        dataset: A key of :data:`~.copies.DATASETS`, e.g. ``'dfew'``.
        root: Its root folder.
        media: ``'frames'`` or ``'videos'``.
        pixel_version: Name of the rendition of the clips; by default the first existing
            one, in the order of the data set class.
        media_dir: Its folder, if it has no known name.
        counts: The expected counts, see :func:`~.facts.expected`.
        deep: Whether to decode every frame, and not only read the header of the first
            one.
        split_file: Path of the lists, absolute or below `root`, with ``{subset}`` and
            ``{fold}`` instead of these values; by default the authors' lists.
        label_base: Number of the first class in the lists, for those that do not show
            it; see :class:`~tgdfer_mm.datasets.DFERDataset`.
        list_order: Order of the classes in them, for those that do not show it.

    Returns:
        The report, plain data: see docs/data.md. ``ok`` tells whether no finding
        changes a published number.

    Raises:
        NotADirectoryError: If there is no such root.
        ValueError: If an argument is unknown.
    """
    start = perf_counter()
    root = Path(root).expanduser().absolute()
    if not root.is_dir():
        raise NotADirectoryError(
            f'{root} is not a folder: give the root folder of the data set'
        )
    facts = expected(dataset, root, counts)
    if split_file and '{subset}' not in split_file:
        raise ValueError(
            f'split_file={split_file!r} has to hold {{subset}}, for train and test.'
        )
    if label_base is None and facts['counts'] == 'generated' and dataset == 'dfew':
        label_base = 1  # as the generator writes them
    copy = Copy(dataset, root, facts, split_file, label_base, list_order)
    if media not in copy.cls.FOLDERS:
        raise ValueError(f'media must be in {list(copy.cls.FOLDERS)}, not {media!r}.')
    if split_file and not copy.cls.LISTED:
        raise ValueError(f'{copy.cls.NAME} has no lists; leave split_file out.')
    lists = check_lists(copy)
    if copy.name == 'ferv39k':
        check_scenes(copy, lists['single'])
    tables = check_tables(copy, lists)
    places = copy.places()
    version, folder = _choose(copy, places, media, pixel_version, media_dir)
    found = [each for group in lists.values() for each in group]
    listed = {clip for each in found for clip in each.labels}
    clip_counts: dict[str, int | None] = {}
    sizes: Counter = Counter()
    if folder and listed:
        if media == 'frames':
            frames = check_frames(copy, folder, version, listed)
            clip_counts = frames.counts
            _compare_lengths(copy, found, clip_counts)
            sizes = check_pictures(copy, frames, version, deep)
        else:
            clip_counts = check_videos(copy, folder, version, listed, deep)
    recordings = None if copy.cls.LISTED else check_recordings(copy, clip_counts)
    return dict(
        schema=SCHEMA,
        version=__version__,
        ok=copy.findings.ok,
        dataset=copy.facts['dataset'],
        root=str(root),
        counts=copy.facts['counts'],
        classes=copy.facts['classes'],
        media=media,
        pixel_version=version,
        media_dir=str(folder) if folder else None,
        deep=deep,
        config=_config(copy, media, version, media_dir) if folder else None,
        places=[
            dict(media=m, pixel_version=v, path=str(path))
            for (m, v), path in places.items()
        ],
        tables=tables,
        recordings=recordings,
        sizes=[
            dict(width=w, height=h, pictures=n) for (w, h), n in sizes.most_common()
        ],
        training=[_training_row(copy, each, clip_counts) for each in found],
        findings=copy.findings.as_dicts(),
        seconds=round(perf_counter() - start, 2),
    )


def _choose(
    copy: Copy,
    places: dict[tuple[str, str], Path],
    media: str,
    version: str | None,
    media_dir: str | None,
) -> tuple[str, Path | None]:
    """The version to check and its folder."""
    own = list(copy.cls.FOLDERS[media])
    there = [v for m, v in places if m == media]
    if media_dir:
        folder = copy.root / media_dir
        chosen = version or 'unnamed'
    else:
        chosen = version or next(iter(there), own[0])
        folder = places.get((media, chosen))
    if not folder or not folder.is_dir():
        has = f'It has {some(there, 9)}.' if there else 'It has no other either.'
        unmade = not copy.cls.LISTED and media == 'frames'
        copy.findings.add(
            'media-missing/faces' if unmade else 'media-missing',
            **dict(root=copy.root, media=media, version=chosen, has=has),
            name=copy.name,
        )
        return chosen, None
    if version is None and not media_dir and chosen != own[0]:
        copy.findings.add('version-not-default', own=own[0], version=chosen)
    return chosen, folder


def _compare_lengths(
    copy: Copy, lists: list[ClipList], counts: dict[str, int | None]
) -> None:
    """Reports clips whose number of frames in the list differs from the disk."""
    said = {c: n for e in lists if e.reading for c, n in e.reading.num_frames.items()}
    other = sorted(c for c, n in said.items() if counts.get(c) and counts[c] != n)
    if other:
        first = f'{other[0]}: {said[other[0]]} listed, {counts[other[0]]} there'
        copy.findings.add('list-frames', other, total=len(said), first=first)


def _config(copy: Copy, media: str, version: str, media_dir: str | None) -> dict:
    """The data set arguments with which a config reads these clips."""
    own = dict(type=copy.cls.__name__, data_root=str(copy.root))
    if media != 'frames':
        own.update(media=media)
    if media_dir or version != next(iter(copy.cls.FOLDERS[media])):
        own.update(pixel_version=version)
    return dict(own, media_dir=media_dir) if media_dir else own


def _training_row(copy: Copy, each: ClipList, counts: dict[str, int | None]) -> dict:
    """The input of training or testing on a list."""
    num_classes = 1 + max(each.labels.values())
    if each.label_set == copy.cls.LABEL_SET:
        num_classes = len(copy.facts['classes'])
    row = dict(
        setting=each.setting,
        fold=each.fold,
        subset=each.subset,
        path=str(each.path),
        label_base=each.base,
        format=each.reading.format.columns if each.reading else None,
        label_order=each.reading.numbering.order if each.reading else None,
        listed=len(each.labels),
        class_counts=count_classes(each.labels, num_classes),
    )
    if not counts:
        return row
    found = [counts[clip] for clip in each.labels]
    good = [n for n in found if n]
    return dict(
        row,
        absent=found.count(None),
        empty=found.count(0),
        short=sum(n < SHORT for n in good),
        frames=sum(good),
        shortest=min(good, default=0),
        median=median(good) if good else 0,
        longest=max(good, default=0),
    )
