"""Tries the open data sets on drawn faces: check, folds, and the table of all of them.

    python lab/tools/open_data.py --out work_dirs/open_data

Draws CREMA-D, RAVDESS and eNTERFACE'05 under their true names at full size, checks
each, trains a small model on the first fold of each and tests it on the others, all by
the commands that a user types. Some 15 minutes on two cores; what is finished is kept.
The numbers say that everything runs, and nothing about the real clips.
"""

import argparse
import os
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))  # the checkout's own code

from lab.drawn_actors import DATA_SETS, draw_actors
from tgdfer_mm.files import write_text

CONFIG = """\
_base_ = ['tgdfer_mm::tgdfer_{name}']

tower = 'tgdfer_mm://synth_vlm'
model = dict(
    backbone=dict(
        arch=tower + '.json',
        pretrained=tower + '.safetensors',
        frozen_stages='all',
    ),
    text_encoder=dict(
        _delete_=True, type='LearnedClassVectors', classes='{name}', out_channels=128
    ),
    neck=dict(in_channels=128, temperature=0.05),
    cls_head=dict(in_channels=128, scale=18.0),
)
pipeline = [
    dict(type='ListFrames'),
    dict(type='SampleSegments', num_frames=2, test_mode=True),
    dict(type='DecodeFrames'),
    dict(type='Resize', scale=(64, 64), keep_ratio=False),
    dict(type='FormatShape', input_format='NCHW'),
    dict(type='PackDFERInputs'),
]
train_dataloader = dict(
    num_workers=0, persistent_workers=False, dataset=dict(pipeline=pipeline)
)
test_dataloader = dict(
    num_workers=0, persistent_workers=False, dataset=dict(pipeline=pipeline)
)
val_dataloader = test_dataloader
optim_wrapper = dict(
    optimizer=dict(lr=1e-3),
    paramwise_cfg=dict(
        custom_keys={{
            'backbone': dict(optional=True),
            'text_encoder': dict(lr_mult=10.0),
            'text_encoder.context': dict(optional=True),
        }},
        no_decay=['vectors', 'positional_embedding'],
    ),
)
train_cfg = dict(max_epochs={epochs}, val_interval={epochs})
default_hooks = dict(explain=dict(num=0))
"""


def parse_args(argv: list[str] | None = None) -> argparse.Namespace:
    """Parses the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument('--out', type=Path, default=Path('work_dirs/open_data'))
    parser.add_argument('--epochs', type=int, default=4, help='of each training')
    return parser.parse_args(argv)


def main() -> None:
    """Draws, checks, trains and tests."""
    args = parse_args()
    out = args.out.absolute()
    env = dict(os.environ, PYTHONPATH=str(ROOT))
    names, configs = [], []
    for cls in DATA_SETS:
        root = out / cls.LABEL_SET
        count = draw_actors(cls, root)
        print(f'{cls.NAME}: {count} recordings are drawn')
        env[f'{cls.LABEL_SET.upper()}_ROOT'] = str(root)
        config = out / 'configs' / f'drawn_{cls.LABEL_SET}.py'
        write_text(config, CONFIG.format(name=cls.LABEL_SET, epochs=args.epochs))
        names.append(cls.LABEL_SET)
        configs.append(str(config))
        began = time.perf_counter()
        _tgdfer(['data', 'check', cls.LABEL_SET, str(root)], env, out)
        print(f'{cls.NAME}: checked in {time.perf_counter() - began:.1f} s')
    _tgdfer(['folds', *configs, '--on', *names, '--folds', '1'], env, out)


def _tgdfer(words: list[str], env: dict, folder: Path) -> None:
    command = [sys.executable, '-m', 'tgdfer_mm', *words]
    print(f'tgdfer {" ".join(words)}', flush=True)
    subprocess.run(command, cwd=folder, env=env, check=True)


if __name__ == '__main__':
    main()
