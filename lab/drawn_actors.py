"""Drawn faces under the true names of CREMA-D, RAVDESS and eNTERFACE'05."""

import zlib
from pathlib import Path

import cv2

from tgdfer_mm.datasets import CREMADDataset, ENTERFACE05Dataset, RAVDESSDataset
from tgdfer_mm.datasets.acted_dataset import ActedDataset
from tgdfer_mm.labels.expression_names import same_expression
from tgdfer_mm.synth.benchmark_clips import make_benchmark_clip
from tgdfer_mm.synth.levels import load_level

DATA_SETS: tuple[type[ActedDataset], ...] = (
    CREMADDataset,
    RAVDESSDataset,
    ENTERFACE05Dataset,
)
SIZE = 64  # width and height of a face, pixels
_NEAREST = {
    'calm': 'neutral'
}  # the class that is drawn instead of one that the generator lacks


def draw_actors(cls: type[ActedDataset], root: Path) -> int:
    """Draws a folder of faces for each recording: its first frame and its apex.

    A folder that has both is not changed.

    Args:
        cls: Data set.
        root: Its folder.

    Returns:
        Number of recordings.
    """
    level = load_level('easy')
    data = cls(str(root), 'test', lazy_init=True)
    for clip in data.chosen:
        folder = data.media_dir / data.media_name(clip)
        files = [folder / f'{number:06d}.jpg' for number in (1, 2)]
        if all(file.is_file() for file in files):
            continue
        words = data.names.words(data.names.read(clip))
        name = same_expression(words['emotion'])
        drawn = make_benchmark_clip(
            level,
            seed=0,
            number=zlib.crc32(clip.encode()) % 2**31,
            label=_NEAREST.get(name, name),
            person=zlib.crc32(f'{cls.LABEL_SET} {words["actor"]}'.encode()) % 2**31,
        )
        folder.mkdir(parents=True, exist_ok=True)
        for file, frame in zip(files, (0, int(drawn.intensity.argmax())), strict=True):
            picture = cv2.cvtColor(drawn.draw(frame, SIZE), cv2.COLOR_RGB2BGR)
            if not cv2.imwrite(str(file), picture):
                raise OSError(f'{file}: cannot be written')
    return len(data.chosen)
