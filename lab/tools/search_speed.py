"""Time and size of a search over many hours of video, with random features.

    python lab/tools/search_speed.py --hours 100 --width 128
    python lab/tools/search_speed.py --hours 100 --width 512 --hnswlib 100000

An index like that of `tgdfer find` is written into a new folder, and removed at the
end. It has five frames per second, one face at a time, tracks of 20 s, and files of ten
minutes.
"""

import argparse
import os
import resource
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # the checkout's own code

from tgdfer_mm.apis.many.made_from import file_facts
from tgdfer_mm.apis.search.kept_features import FRAMES, KeptFeatures
from tgdfer_mm.apis.search.moments import cosines_of, find_moments

STEP, TRACK = 0.2, 100  # seconds between frames, frames of a track
ABOUT = dict(complete=True, warnings=[], times_are_stamps=True, seconds_to_read=1.0)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument('--hours', type=float, default=100.0)
    parser.add_argument('--width', type=int, default=128, help='of a feature')
    parser.add_argument('--file-minutes', type=float, default=10.0)
    parser.add_argument(
        '--texts', type=int, default=1, help='number of texts in a search'
    )
    parser.add_argument('--folder', help='folder for the index')
    parser.add_argument(
        '--hnswlib',
        type=int,
        metavar='N',
        help='also build a graph of N features with hnswlib',
    )
    args = parser.parse_args()
    rng = np.random.default_rng(0)
    with TemporaryDirectory(dir=args.folder) as folder:
        store, videos = write_index(Path(folder), args, rng)
        size = store.size()
        texts = rng.normal(size=(args.texts, args.width)).astype(np.float32)
        texts /= np.linalg.norm(texts, axis=1, keepdims=True)
        print(
            f'{args.hours:g} h in {len(videos)} files, {args.width} numbers a frame: '
            f'{size / 1e9:.2f} GB'
        )
        for how in ('from the disk', 'from memory'):
            if how == 'from the disk':
                forget(store.folder)
            clock = [now()]
            kept = [store.find(video) for video in videos]
            clock.append(now())
            cosines = np.concatenate([cosines_of(each, texts) for each in kept])
            clock.append(now())
            for column in cosines.T:
                find_moments('x', kept, np.ascontiguousarray(column), 10)
            clock.append(now())
            opened, compared, found = np.diff(clock, axis=0)[:, 1]
            wall, busy = np.subtract(clock[-1], clock[0])
            print(
                f'{how}: {wall:.1f} s, {busy:.1f} s of a core (open {opened:.1f}, '
                f'compare {compared:.1f}, moments {found:.1f}), {len(cosines):,} frames'
            )
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
        print(f'most memory in use {peak:.1f} GB, mapped pages of the index included')
        if args.hnswlib:
            try_hnswlib(kept, args.hnswlib, len(cosines), texts)


def write_index(folder: Path, args, rng) -> tuple[KeptFeatures, list[Path]]:
    """Random unit features of empty files."""
    store = KeptFeatures(folder / 'index', folder, dict(random=True))
    files = max(1, round(args.hours * 60 / args.file_minutes))
    rows = round(args.hours * 3600 / STEP / files)
    frames = np.zeros(rows, FRAMES)
    frames['track'] = np.arange(rows) // TRACK + 1
    frames['index'] = np.arange(rows) * 5
    frames['time'] = np.arange(rows) * STEP
    videos = []
    for number in range(files):
        video = folder / f'{number}.mp4'
        video.touch()
        features = rng.standard_normal((rows, args.width), np.float32)
        features /= np.linalg.norm(features, axis=1, keepdims=True)
        about = ABOUT | dict(duration=rows * STEP)
        store.keep(
            video, file_facts(str(video)), about, frames, features.astype(np.float16)
        )
        videos.append(video)
    return store, videos


def now() -> tuple[float, float]:
    """Seconds by the clock, and seconds in which this process had a core."""
    return time.perf_counter(), time.process_time()


def forget(folder: Path) -> None:
    """Asks the system to drop the files from its cache in memory."""
    for path in folder.iterdir():
        handle = os.open(path, os.O_RDONLY)
        os.posix_fadvise(handle, 0, 0, os.POSIX_FADV_DONTNEED)
        os.close(handle)


def try_hnswlib(kept, count: int, total: int, texts: np.ndarray) -> None:
    """Time to build a graph of neighbours, its size, and its share of the best hits.

    Its time for all frames is at least that of `count` times as many.
    """
    import hnswlib  # not a dependency of this project

    rows, left = [], count
    for each in kept:
        rows.append(np.asarray(each.features[:left], np.float32))
        left -= len(rows[-1])
        if not left:
            break
    features = np.concatenate(rows)
    start = now()
    graph = hnswlib.Index('ip', features.shape[1])
    graph.init_index(len(features), M=16, ef_construction=200)
    graph.add_items(features)
    graph.set_ef(200)
    built = now()
    found, _ = graph.knn_query(texts, k=100)
    asked = now()
    best = np.argsort(-(features @ texts.T), axis=0)[:100].T
    done = now()
    built, asked, plain = np.diff([start, built, asked, done], axis=0)[:, 1]
    same = np.mean(
        [len(np.intersect1d(a, b)) / 100 for a, b in zip(found, best, strict=True)]
    )
    all_built = built * total / len(features)
    print(
        f'hnswlib: {len(features):,} features in {built:.1f} s of a core (all '
        f'{total:,}: at least {all_built:.0f} s); a query {asked * 1e3:.1f} ms, the '
        f'plain product {plain * 1e3:.1f} ms; {same:.0%} of the best 100 found'
    )


if __name__ == '__main__':
    main()
