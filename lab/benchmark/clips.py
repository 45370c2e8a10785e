"""Clips for the benchmarks: JPEG files as large as those of face crops, and their
lists.
"""

from pathlib import Path

import cv2
import numpy as np

SIZE, QUALITY, FRAMES = 224, 90, 60


def make_pictures(count: int = 40, size: int = SIZE) -> list[bytes]:
    """JPEG files of about 22 kB at 224 pixels, like the face crops of data sets."""
    rng = np.random.default_rng(0)
    files = []
    for _ in range(count):
        coarse = rng.integers(0, 256, (size, size, 3), dtype=np.uint8)
        smooth = cv2.GaussianBlur(coarse.astype(np.float32), (0, 0), 2)
        smooth = np.interp(smooth, (smooth.min(), smooth.max()), (30, 210))
        noisy = (smooth + rng.normal(0, 10, smooth.shape)).clip(0, 255)
        _, data = cv2.imencode(
            '.jpg', noisy.astype(np.uint8), [cv2.IMWRITE_JPEG_QUALITY, QUALITY]
        )
        files.append(data.tobytes())
    return files


def make_tree(
    root: Path, clips: int = 30, frames: int = FRAMES, folds: int = 1
) -> Path:
    """Clips in DFEW's layout, and a list of the same files in mmaction2's layout.

    With one fold, all clips are for training and for testing; with more, they are
    distributed.

    Args:
        root: Folder to write; it is not changed if it exists.
        clips: Number of clips.
        frames: Frames of each.
        folds: Number of folds.
    """
    if root.exists():
        return root
    files = make_pictures()
    rows = []
    for i in range(1, clips + 1):
        folder = root / f'Clip/clip_224x224/{i:05d}'
        folder.mkdir(parents=True)
        for k in range(frames):
            path = folder / f'img_{k + 1:05d}.jpg'
            path.write_bytes(files[(7 * i + k) % len(files)])
        rows.append((i, i % 7))
    listed = [f'Clip/clip_224x224/{i:05d} {frames} {label}' for i, label in rows]
    (root / 'mmaction2.txt').write_text('\n'.join(listed) + '\n')
    for fold in range(1, folds + 1):
        for subset in ('train', 'test'):
            part = [
                f'{i},{label + 1}'
                for i, label in rows
                if folds == 1 or (i % folds + 1 == fold) == (subset == 'test')
            ]
            folder = root / f'EmoLabel_DataSplit/{subset}(single-labeled)'
            folder.mkdir(parents=True, exist_ok=True)
            (folder / f'set_{fold}.csv').write_text(
                '\n'.join(['video_name,label', *part]) + '\n'
            )
    return root
