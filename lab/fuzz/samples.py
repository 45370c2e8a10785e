"""Small valid files of every kind, and the commands that read them."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import cv2
import numpy as np
import torch

from tgdfer_mm.models.text.descriptions import SHIPPED
from tgdfer_mm.models.vision_language.open_clip_models import build_clip
from tgdfer_mm.paths import config_dir

from .child import run_command

ARCH = dict(
    embed_dim=32,
    quick_gelu=True,
    vision_cfg=dict(image_size=32, patch_size=16, layers=1, width=32, head_width=16),
    text_cfg=dict(context_length=77, vocab_size=49408, width=32, heads=2, layers=1),
)
CLIPS, FRAMES = 12, 6
_CONFIG = """
_base_ = [
    '{configs}/_base_/models/tgdfer_clip-vit-base-p16.py',
    '{configs}/_base_/datasets/dfew.py',
    '{configs}/_base_/default_runtime.py',
]
tower = dict(arch='arch.json', pretrained='clip.pt', quick_gelu=True)
model = dict(
    backbone=dict(frozen_stages='all', **tower),
    text_encoder=dict(descriptions='descriptions.json', **tower),
    neck=dict(in_channels=32),
    cls_head=dict(in_channels=32, scale=20.0),
)
steps = [
    dict(type='DecodeFrames'),
    dict(type='Resize', scale=(32, 32), keep_ratio=False),
    dict(type='FormatShape', input_format='NCHW'),
    dict(type='PackDFERInputs'),
]
opening = dict(type='ListFrames')
training = dict(type='SampleSegments', num_frames=4)
testing = dict(type='SampleSegments', num_frames=4, test_mode=True)
train_dataloader = dict(
    batch_size=4,
    num_workers=0,
    dataset=dict(data_root='DFEW', pipeline=[opening, training, *steps]),
)
test_dataloader = dict(
    batch_size=4,
    num_workers=0,
    dataset=dict(data_root='DFEW', pipeline=[opening, testing, *steps]),
)
val_dataloader = test_dataloader
train_cfg = dict(type='EpochBasedTrainLoop', max_epochs=2, val_interval=2)
val_cfg = dict(type='ValLoop')
test_cfg = dict(type='TestLoop')
optim_wrapper = dict(type='OptimWrapper', optimizer=dict(type='AdamW', lr=0.01))
default_hooks = dict(
    explain=dict(num=0), confusion=dict(_delete_=True, type='EmptyCacheHook')
)
visualizer = dict(vis_backends=[])
video = dict(crop=dict(size=32), window=dict(frames=4, seconds=0.2, stride=0.1))
"""


@dataclass(frozen=True)
class Sample:
    """A file, and a command that reads it.

    Attributes:
        kind: What it is.
        file: Its path below the workshop.
        words: The command line; ``{out}`` is a fresh folder, ``{file}`` the file.
        result: Function that reads the command's result from that folder, as plain
            data.
        is_text: True if people may open the file in an editor.
        has_checksum: True if a change of the content has to be noticed.
    """

    kind: str
    file: str
    words: tuple[str, ...]
    result: Callable[[Path], object]
    is_text: bool = False
    has_checksum: bool = True


def predictions(out: Path) -> object:
    """The scores of every tested clip."""
    [path] = out.rglob('predictions.jsonl')
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    return [(line['clip'], line['label'], line['score']) for line in lines]


def _tracks(out: Path) -> object:
    [path] = out.rglob('result.json')
    return json.loads(path.read_text())['tracks']


def _comparison(out: Path) -> object:
    result = json.loads((out / 'comparison.json').read_text())
    return result['comparisons']


def _published(out: Path) -> object:
    return sha256((out / 'model.safetensors').read_bytes()).hexdigest()


def _nothing(out: Path) -> object:
    return None


def make_workshop(root: Path) -> list[Sample]:
    """Makes a data set, a config, a trained model, and the files made from them.

    Raises:
        RuntimeError: One of the commands failed.
    """
    _draw_clips(root)
    (root / 'descriptions.json').write_text((SHIPPED / 'dfew.json').read_text())
    text = _CONFIG.format(configs=Path(config_dir()).absolute())
    (root / 'tiny.py').write_text(text)
    (root / 'arch.json').write_text(json.dumps(ARCH))
    torch.manual_seed(0)
    torch.save(build_clip(ARCH).state_dict(), root / 'clip.pt')
    for words in (
        'train tiny.py --work-dir work',
        'train tiny.py --work-dir cached --cache-features features',
        'publish work/fold1/epoch_1.pth model.safetensors',
        'data pack tiny.py encoded.pack',
        'data pack tiny.py raw.pack --raw',
    ):
        code = run_command(words.split(), root, root / 'log')
        if code != 0:
            raise RuntimeError(f'{words}: {code}\n{(root / "log").read_text()[-3000:]}')
    return _samples(root)


def _draw_clips(root: Path) -> None:
    rng = np.random.default_rng(0)
    for i in range(1, CLIPS + 1):
        folder = root / f'DFEW/Clip/clip_224x224/{i:05d}'
        folder.mkdir(parents=True)
        for k in range(FRAMES):
            picture = rng.integers(0, 256, (32, 32, 3), dtype=np.uint8)
            cv2.imwrite(str(folder / f'{k:03d}.jpg'), picture)
    rows = [f'{i},{(7 - i) % 7 + 1}' for i in range(1, CLIPS + 1)]  # each part has a 7
    for subset, part in (('train', rows[:7]), ('test', rows[7:])):
        folder = root / f'DFEW/EmoLabel_DataSplit/{subset}(single-labeled)'
        folder.mkdir(parents=True)
        text = '\n'.join(['video_name,label', *part]) + '\n'
        (folder / 'set_1.csv').write_text(text)


def _samples(root: Path) -> list[Sample]:
    quiet = ('--cfg-options', 'log_level=ERROR')
    ours, published = 'work/fold1/epoch_1.pth', 'model.safetensors'
    [features] = (root / 'features').glob('[0-9a-f]*')
    [index] = (root / 'DFEW/.tgdfer_mm').glob('*.npz')
    cache = str(features.relative_to(root))
    split = 'DFEW/EmoLabel_DataSplit/test(single-labeled)/set_1.csv'
    clip = 'DFEW/Clip/clip_224x224/00001'

    def test(checkpoint: str, *more: str) -> tuple[str, ...]:
        return (
            *('test', 'tiny.py', checkpoint, '--work-dir', '{out}', *more),
            *('--dump', '{out}/predictions.pkl', *quiet),
        )

    def infer(checkpoint: str) -> tuple[str, ...]:
        return (
            *('infer', clip, '--model', 'tiny.py', '--checkpoint', checkpoint),
            *('--faces', 'none', '--no-pictures', '--out', '{out}'),
        )

    def train(*more: str) -> tuple[str, ...]:
        return ('train', 'tiny.py', '--work-dir', '{out}', *more, *quiet)

    compare = (
        'compare',
        'work/fold1',
        'cached/fold1',
        '--out',
        '{out}/comparison.json',
    )
    listed = dict(is_text=True, has_checksum=False)
    return [
        Sample('checkpoint, tested', ours, test('{file}'), predictions),
        Sample('checkpoint, inferred with', ours, infer('{file}'), _tracks),
        Sample('checkpoint, resumed', ours, train('--resume', '{file}'), predictions),
        Sample(
            'checkpoint, published',
            ours,
            ('publish', '{file}', '{out}/model.safetensors'),
            _published,
        ),
        Sample('published file, tested', published, test('{file}'), predictions),
        Sample('published file, inferred with', published, infer('{file}'), _tracks),
        *(
            Sample(
                f'features, {name}',
                f'{cache}/{name}',
                train('--cache-features', 'features'),
                predictions,
                name == 'header.json',
            )
            for name in ('header.json', 'features.npy')
        ),
        *(
            Sample(
                f'{kind} pack, {use}',
                f'{kind}.pack',
                words,
                result,
            )
            for kind in ('encoded', 'raw')
            for use, words, result in (
                ('tested with', test(ours, '--pack', '{file}'), predictions),
                (
                    'verified',
                    ('data', 'pack', 'tiny.py', '{file}', '--verify'),
                    _nothing,
                ),
            )
        ),
        Sample('clip index', str(index.relative_to(root)), test(ours), predictions),
        Sample('split file', split, test(ours), predictions, **listed),
        Sample(
            'class descriptions', 'descriptions.json', test(ours), predictions, **listed
        ),
        *(
            Sample(
                f'{name}, compared',
                f'work/fold1/{name}',
                compare,
                _comparison,
                is_text=True,
            )
            for name in ('predictions.jsonl', 'predictions.meta.json')
        ),
    ]
