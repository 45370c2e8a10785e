"""Measures the faces that a detector finds, by their size, and its time for a picture.

python lab/tools/first_look.py                  # drawn, 4 to 40 % of the width
python lab/tools/first_look.py --pictures DIR   # with at least one face each
"""

import argparse
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # the checkout's own code

from tgdfer_mm.synth.face import render_face
from tgdfer_mm.synth.identity import sample_identity
from tgdfer_mm.synth.nuisance import sample_nuisance
from tgdfer_mm.video.faces import build_detector
from tgdfer_mm.video.frames import Frame

SHARES = (0.04, 0.06, 0.08, 0.1, 0.125, 0.15, 0.2, 0.25, 0.3, 0.4)
WIDTH, HEIGHT = 1280, 720
FACE = 0.54  # share of a tile that dlib's box of a drawn face has
WAYS = {
    'side=320 alone': dict(type='dlib', side=320, look_again=False),
    'side=320 (default)': dict(type='dlib'),
    'side=640 alone': dict(type='dlib', side=640, look_again=False),
    'side=640': dict(type='dlib', side=640),
}


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        '--pictures', type=Path, help='folder, searched with its subfolders'
    )
    parser.add_argument(
        '--count', type=int, default=30, help='drawn faces of each size'
    )
    args = parser.parse_args()
    if args.pictures:
        sets = {'pictures': list(read(args.pictures))}
    else:
        sets = {
            f'{share:.1%}': [draw(seed, share) for seed in range(args.count)]
            for share in SHARES
        }
        empty = np.full((HEIGHT, WIDTH, 3), 128, np.uint8)
        sets['nobody'] = [empty] * args.count
    print(f'{"faces":>10}  ' + '  '.join(f'{name:>20}' for name in WAYS))
    for name, pictures in sets.items():
        cells = [measure(way, pictures) for way in WAYS.values()]
        print(f'{name:>10}  ' + '  '.join(f'{cell:>20}' for cell in cells), flush=True)


def measure(way: dict, pictures: list[np.ndarray]) -> str:
    """Number of pictures with a found face, and the mean time for a picture."""
    detector, found = build_detector(way), 0
    start = time.perf_counter()
    for index, picture in enumerate(pictures):
        faces = detector(Frame(index, 0.0, picture))
        found += any(not face.weak for face in faces)
    each = (time.perf_counter() - start) / len(pictures)
    return f'{found}/{len(pictures)} {1000 * each:.0f} ms'


def draw(seed: int, share: float) -> np.ndarray:
    """A picture of 1280 x 720 with one face at a random place; its width is a share."""
    rng = np.random.default_rng([seed, 29])
    side = min(round(share * WIDTH / FACE), HEIGHT)
    identity = sample_identity('clips', 4000, seed)
    tile = render_face(identity, {}, sample_nuisance(rng, 0.5), side)
    picture = np.empty((HEIGHT, WIDTH, 3), np.uint8)
    picture[:] = rng.integers(60, 200, 3)
    x, y = rng.integers(0, WIDTH - side + 1), rng.integers(0, HEIGHT - side + 1)
    picture[y : y + side, x : x + side] = tile
    return picture


def read(folder: Path) -> Iterator[np.ndarray]:
    """All JPG and PNG pictures in a folder and its subfolders, RGB."""
    for path in sorted(folder.rglob('*')):
        if path.suffix.lower() in ('.jpg', '.jpeg', '.png'):
            picture = cv2.imread(str(path))
            if picture is not None:
                yield cv2.cvtColor(picture, cv2.COLOR_BGR2RGB)


if __name__ == '__main__':
    main()
