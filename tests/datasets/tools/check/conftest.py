"""Small copies of the data sets, five folds each, and facts of the same size."""

import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from tgdfer_mm.datasets import published
from tgdfer_mm.datasets.tools.check import check_copy
from tgdfer_mm.labels.classes import load_classes

JPEG = cv2.imencode('.jpg', np.full((8, 8, 3), 90, np.uint8))[1].tobytes()
PNG = cv2.imencode('.png', np.full((8, 8, 3), 90, np.uint8))[1].tobytes()
FRAMES = 2  # few, so that the copies are quickly made
FOLDS = range(1, 6)


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode())


def write_clip(folder: Path, names, data: bytes = JPEG) -> None:
    folder.mkdir(parents=True)
    for name in names:
        (folder / name).write_bytes(data)


def numbered_clips(num_classes: int) -> list[tuple[int, int, int]]:
    """(number, label, test fold) of two clips per class and fold, in blocks."""
    found = []
    for fold in FOLDS:
        for label in range(num_classes):
            found += [(len(found) + 1 + i, label, fold) for i in range(2)]
    return found


def of_fold(clips, fold: int, subset: str) -> list:
    return [c for c in clips if (c[2] == fold) == (subset == 'test')]


def make_dfew(root: Path) -> None:
    clips = numbered_clips(7)
    for fold in FOLDS:
        for subset in ('train', 'test'):
            rows = [f'{n},{k + 1}\n' for n, k, _ in of_fold(clips, fold, subset)]
            path = f'EmoLabel_DataSplit/{subset}(single-labeled)/set_{fold}.csv'
            write(root / path, ''.join(['video_name,label\n', *rows]))
    for n, _, _ in clips:
        names = [f'{n:05d}_{i:05d}.jpg' for i in range(1, FRAMES + 1)]
        write_clip(root / f'Clip/clip_224x224/{n:05d}', names)


def make_mafw(root: Path) -> None:
    clips = numbered_clips(11)
    names = load_classes('mafw')
    for fold in FOLDS:
        for subset in ('train', 'test'):
            rows = [
                f'{n:05d}.mp4 {names[k]}\r\n'
                for n, k, _ in of_fold(clips, fold, subset)
            ]
            for setting in ('single', 'compound'):
                folder = f'Train & Test Set/{setting}/no_caption/set_{fold}'
                write(root / folder / f'{subset}.txt', ''.join(rows))
    for n, _, _ in clips:
        write_clip(
            root / f'data/frames/{n:05d}',
            [f'{i}.png' for i in range(9, 9 + FRAMES)],
            PNG,
        )


def make_ferv39k(root: Path) -> None:
    for subset, numbers in (('train', (0, 1)), ('test', (2,))):
        rows = {
            scene: [
                f'{scene}/{c.capitalize()}/{n:04d} {c.capitalize()}\n'
                for c in load_classes('ferv39k')
                for n in numbers
            ]
            for scene in ('Crime', 'War')
        }
        setups = root / '4_setups'
        write(setups / f'All_scenes/{subset}_All.csv', ''.join(sum(rows.values(), [])))
        for scene, lines in rows.items():
            write(setups / f'22_scenes/{subset}_{scene}.csv', ''.join(lines))
        for line in sum(rows.values(), []):
            write_clip(
                root / '2_ClipsforFaceCrop' / line.split()[0],
                [f'{i:02d}.jpg' for i in range(FRAMES)],
            )


MAKERS = {'dfew': make_dfew, 'ferv39k': make_ferv39k, 'mafw': make_mafw}


@pytest.fixture
def copy(tmp_path):
    """Makes a small copy and returns its root."""

    def make(name: str) -> Path:
        root = tmp_path / name.upper()
        MAKERS[name](root)
        return root

    return make


@pytest.fixture
def check(monkeypatch):
    """Runs a check; returns the report and its findings by code."""
    monkeypatch.setenv('COLUMNS', '200')

    def run(name: str, root: Path, **options) -> tuple[dict, dict]:
        report = check_copy(name, root, **{'counts': 'none', **options})
        json.dumps(report)  # is plain data
        assert report['ok'] == all(f['severity'] != 'error' for f in report['findings'])
        return report, {f['code']: f for f in report['findings']}

    return run


@pytest.fixture
def small_facts(tmp_path, monkeypatch):
    """Puts counts of the small copies in the place of the published ones."""
    folder = tmp_path / 'facts'
    folder.mkdir()

    def put(name: str, **changes) -> None:
        num = 11 if name == 'mafw' else 7
        known = published.load_facts(name)
        single = {
            'clips': 10 * num,
            'class_counts': [10] * num,
            'blocks': True,
            'folds': {
                str(k): {
                    'train': 8 * num,
                    'test': 2 * num,
                    'test_class_counts': [2] * num,
                }
                for k in FOLDS
            },
        }
        known.update(lists={'single': single}, pixels={}, tables={}, scenes={})
        for key, value in changes.items():
            known[key] = value
        write(folder / f'{name}.json', json.dumps(known))
        monkeypatch.setattr(published, '_FOLDER', folder)

    return put
