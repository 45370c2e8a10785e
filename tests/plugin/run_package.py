"""The steps of a user of a package of parts, in one process; writes the results."""

import json
import sys
from pathlib import Path

import cv2
import numpy as np
import smile_parts  # registers its parts, and lets its models be loaded
from mmengine.config import config as mmengine_config

from tgdfer_cli.main import main
from tgdfer_mm.apis import DFERInferencer, from_pretrained, save_pretrained

# Laying out the config takes longer than the training.
mmengine_config.FormatCode = lambda text, **kwargs: (text, True)


def draw(folder: Path, dark: bool) -> None:
    folder.mkdir(parents=True)
    for number in range(6):
        picture = np.full((64, 64, 3), 60 if dark else 200, np.uint8)
        cv2.circle(picture, (32, 24 + 3 * number), 12, (90, 160, 220), -1)
        assert cv2.imwrite(str(folder / f'{number:02}.png'), picture)


def draw_data(root: Path) -> None:
    for subset, clips in (('train', 'abcd'), ('test', 'ef')):
        rows = []
        for place, clip in enumerate(clips):
            draw(root / 'clips' / clip, dark=bool(place % 2))
            rows.append(f'{clip};{("smiling", "frowning")[place % 2]}')
        (root / f'{subset}.txt').write_text('\n'.join(rows) + '\n')


def run(argv: list[str]) -> None:
    code = main(argv)
    if code:
        raise SystemExit(code)


draw_data(Path('data'))
run(['train', smile_parts.CONFIG, '--work-dir', 'work'])
run(['test', smile_parts.CONFIG, 'work/epoch_1.pth', '--work-dir', 'tested'])
save_pretrained('work', 'folder')
loaded = from_pretrained('folder')
infer = DFERInferencer('folder', faces='none')
(result,) = infer('data/clips/e')['predictions']
found = dict(
    where=smile_parts.__file__,
    model=type(loaded.model).__name__,
    parts=[
        type(each).__name__
        for each in (
            loaded.model.backbone,
            loaded.model.cls_head.temporal,
            loaded.model.cls_head.loss_cls,
        )
    ],
    pooling=loaded.model.cls_head.pooling,
    moved=float(loaded.model.shift.abs().sum()),
    classes=loaded.classes,
    labels=[track['label'] for track in result['tracks']],
)
json.dump(found, open(sys.argv[1], 'w'))
