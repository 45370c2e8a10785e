"""Shortcuts: trivial ways to solve the benchmark, which must not work."""

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
from sklearn.dummy import DummyClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import balanced_accuracy_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from tgdfer_mm.clips.frame_names import is_frame, natural_sorted
from tgdfer_mm.datasets.dfer_dataset import DFERDataset

_SIDE = 16  # pixels; a linear probe on more has more weights than clips


def shortcut_table(
    train: DFERDataset, test: DFERDataset, seed: int = 0
) -> dict[str, float]:
    """UAR in percent of methods that know nothing about expressions.

    Args:
        train: Training clips.
        test: Test clips of other people.
        seed: Seed of the frame drawn from each clip.

    Returns:
        ``majority class``, ``mean picture`` (a linear probe on the mean over all
        frames) and ``one random frame`` (a linear probe on the pixels of one frame).
    """
    parts = [_read(data, seed) for data in (train, test)]
    truth = [np.array([label for label, _, _ in part]) for part in parts]
    inputs = {
        'majority class': [np.zeros((len(part), 1)) for part in parts],
        'mean picture': [np.stack([mean for _, mean, _ in part]) for part in parts],
        'one random frame': [np.stack([one for _, _, one in part]) for part in parts],
    }
    table = {}
    for name, (x_train, x_test) in inputs.items():
        probe = (
            DummyClassifier()
            if name == 'majority class'
            else make_pipeline(StandardScaler(), LogisticRegression(max_iter=500))
        )
        predicted = probe.fit(x_train, truth[0]).predict(x_test)
        table[name] = 100 * float(balanced_accuracy_score(truth[1], predicted))
    return table


def _read(data: DFERDataset, seed: int) -> Sequence[tuple[int, np.ndarray, np.ndarray]]:
    """Label, mean picture and one frame of each clip, small and flat."""
    rng = np.random.default_rng(seed)
    found = []
    for i in range(len(data)):
        info = data.get_data_info(i)
        pictures = [_read_small(path) for path in _frames(Path(info['frame_dir']))]
        flat = np.stack(pictures).reshape(len(pictures), -1) / 255
        found.append((info['label'], flat.mean(0), flat[rng.integers(len(flat))]))
    return found


def _frames(folder: Path) -> list[Path]:
    names = (path.name for path in folder.iterdir())
    return [folder / name for name in natural_sorted(filter(is_frame, names))]


def _read_small(path: Path) -> np.ndarray:
    picture = cv2.imread(str(path))
    return cv2.resize(picture, (_SIDE, _SIDE), interpolation=cv2.INTER_AREA)
