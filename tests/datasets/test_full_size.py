"""A tree as large as DFEW's: 11,697 clips, 901,703 files, published counts.

pytest -m slow -s tests/datasets/test_full_size.py --basetemp /tmp/full_size

It takes 3.6 GB of disk and prints what it measures; pytest keeps the tree until the
next run with that folder. The pictures are flat, so that --deep is faster than on
real ones.
"""

import time

import cv2
import numpy as np
import pytest

from tgdfer_mm.datasets import DFEWDataset
from tgdfer_mm.datasets.tools.check import check_copy
from tgdfer_mm.datasets.tools.check.facts import load_facts

PICTURE = cv2.imencode('.jpg', np.full((256, 256, 3), 127, np.uint8))[1].tobytes()


def lengths(num_clips: int, fact: dict) -> list[int]:
    """Numbers of frames with the published sum, extremes and count of short clips."""
    found = [fact['shortest'], *[15] * (fact['short_clips'] - 1), fact['longest']]
    rest = num_clips - len(found)
    each, more = divmod(fact['listed_frames'] - sum(found), rest)
    return [*found, *[each + 1] * more, *[each] * (rest - more)]


def make_tree(root) -> None:
    facts = load_facts('dfew')
    clips = [
        (fold, label)
        for fold, fact in facts['lists']['single']['folds'].items()
        for label, count in enumerate(fact['test_class_counts'], start=1)
        for _ in range(count)
    ]
    for fold in facts['lists']['single']['folds']:
        for subset in ('train', 'test'):
            rows = [
                f'{n},{label}\n'
                for n, (own, label) in enumerate(clips, start=1)
                if (own == fold) == (subset == 'test')
            ]
            folder = root / f'EmoLabel_DataSplit/{subset}(single-labeled)'
            folder.mkdir(parents=True, exist_ok=True)
            (folder / f'set_{fold}.csv').write_text(
                ''.join(['video_name,label\n', *rows])
            )
    counts = lengths(len(clips), facts['pixels']['clip_224x224'])
    for n, count in enumerate(counts, start=1):
        folder = root / f'Clip/clip_224x224/{n:05d}'
        folder.mkdir(parents=True)
        for i in range(1, count + 1):
            with open(f'{folder}/{n:05d}_{i:05d}.jpg', 'wb') as file:
                file.write(PICTURE)


@pytest.mark.slow
def test_checked_within_minutes_and_started_within_seconds(tmp_path):
    def timed(what, action):
        start = time.perf_counter()
        result = action()
        taken = time.perf_counter() - start
        print(f'\n{what}: {taken:.1f} s')
        return result, taken

    root = tmp_path / 'DFEW'
    timed('written', lambda: make_tree(root))
    time.sleep(4)  # folders that have only just changed are listed once more
    report, taken = timed('first check', lambda: check_copy('dfew', root))
    assert report['ok'] and report['counts'] == 'published'
    assert (
        sum(r['frames'] for r in report['training'] if r['subset'] == 'test') == 901703
    )
    assert taken < 300
    dataset, taken = timed(
        'second start', lambda: DFEWDataset(str(root), 'train', fold=1)
    )
    assert len(dataset) == 9356 and taken < 5
    _, taken = timed('check again', lambda: check_copy('dfew', root))
    assert taken < 60
