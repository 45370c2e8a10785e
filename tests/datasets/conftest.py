"""Miniature trees in the three authors' layouts, with frames and videos."""

import logging
import os
import shutil
from pathlib import Path

import cv2
import numpy as np
import pytest
from mmengine.config import Config
from mmengine.logging import MMLogger

from tgdfer_mm.paths import config_dir

SIZE = 32
CLASSES = {
    'dfew': ('happy', 'sad', 'neutral', 'angry', 'surprise', 'disgust', 'fear'),
    'ferv39k': ('Happy', 'Sad', 'Neutral', 'Angry', 'Surprise', 'Disgust', 'Fear'),
    'mafw': (
        'anger disgust fear happiness neutral sadness surprise contempt anxiety '
        'helplessness disappointment'
    ).split(),
}


def picture(value: int) -> np.ndarray:
    """A bluish picture (BGR) whose red channel tells the frame."""
    img = np.full((SIZE, SIZE, 3), (200, 100, 0), np.uint8)
    img[..., 2] = value
    return img


def write_frames(folder: Path, names: list[str], step: int = 10) -> None:
    """Frame i has a red value of about i * step."""
    folder.mkdir(parents=True)
    for i, name in enumerate(names):
        assert cv2.imwrite(str(folder / name), picture(i * step))


def write_video(path: Path, num_frames: int, step: int = 10) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    writer = cv2.VideoWriter(
        str(path), cv2.VideoWriter_fourcc(*'mp4v'), 25, (SIZE, SIZE)
    )
    for i in range(num_frames):
        writer.write(picture(i * step))
    writer.release()


def write_text(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode())


def make_dfew(root: Path) -> None:
    rows = ''.join(f'{i},{(i - 1) % 7 + 1}\n' for i in range(1, 9))
    for subset in ('train', 'test'):
        write_text(
            root / f'EmoLabel_DataSplit/{subset}(single-labeled)/set_1.csv',
            'video_name,label\n' + rows,
        )
    for i in range(1, 9):
        clip = f'{i:05d}'
        write_frames(
            root / 'Clip/clip_224x224' / clip,
            [f'{clip}_{k:05d}.jpg' for k in range(1, 7)],
        )
    write_frames(
        root / 'Clip/clip_224x224_16f/00001', [f'{k}.jpg' for k in range(1, 17)]
    )
    for i in range(1, 9):
        write_video(root / f'Clip/original/{i}.mp4', 20)


def make_ferv39k(root: Path) -> None:
    clips = [f'{s}/{c}/0000' for s in ('Crime', 'War') for c in CLASSES['ferv39k']]
    for subset in ('train', 'test'):
        write_text(
            root / f'4_setups/All_scenes/{subset}_All.csv',
            ''.join(f'{clip} {clip.split("/")[1]}\n' for clip in clips),
        )
    for clip in clips:
        write_frames(
            root / '2_ClipsforFaceCrop' / clip, [f'{k:02d}.jpg' for k in range(6)]
        )
    write_video(root / '0_7_labelClips/Crime/Happy/0000.mp4', 6)


def make_mafw(root: Path) -> None:
    rows = ''.join(f'{20 + i:05d}.mp4 {c}\r\n' for i, c in enumerate(CLASSES['mafw']))
    for subset in ('train', 'test'):
        write_text(
            root / f'Train & Test Set/single/no_caption/set_3/{subset}.txt', rows
        )
    for i in range(11):
        write_frames(
            root / f'data/frames/{20 + i:05d}', [f'{k}.png' for k in range(1, 13)]
        )
    write_video(root / 'data/clips/00020.mp4', 12)


@pytest.fixture(scope='session')
def trees(tmp_path_factory):
    """The three trees, made once; tests get copies that they may damage."""
    root = tmp_path_factory.mktemp('trees')
    make_dfew(root / 'DFEW')
    make_ferv39k(root / 'FERV39k')
    make_mafw(root / 'MAFW')
    return root


@pytest.fixture
def dfew(trees, tmp_path):
    """Clips 1 to 8 with labels 1 to 7 and 1: 6 frames each, or 20 as videos."""
    return Path(shutil.copytree(trees / 'DFEW', tmp_path / 'DFEW'))


@pytest.fixture
def ferv39k(trees, tmp_path):
    """One clip per class in two scenes, 6 frames each; ids repeat between them."""
    return Path(shutil.copytree(trees / 'FERV39k', tmp_path / 'FERV39k'))


@pytest.fixture
def mafw(trees, tmp_path):
    """One clip per class with un-padded PNG frames; CRLF line ends."""
    return Path(shutil.copytree(trees / 'MAFW', tmp_path / 'MAFW'))


@pytest.fixture
def log():
    """What is written to mmengine's current logger, as a list of messages."""
    messages: list[str] = []

    class Keep(logging.Handler):
        def emit(self, record):
            messages.append(record.getMessage())

    logger, handler = MMLogger.get_current_instance(), Keep()
    logger.addHandler(handler)
    yield messages
    logger.removeHandler(handler)


@pytest.fixture
def make_pipeline():
    """A whole pipeline, from the listing to the packed sample."""

    def make(media='frames', test_mode=True, num_frames=4, augment=False) -> list:
        first, decode = (
            ('ListFrames', 'DecodeFrames')
            if media == 'frames'
            else ('OpenVideo', 'DecodeVideo')
        )
        crop = [
            dict(type='RandomResizedCrop', area_range=(0.5, 1.0)),
            dict(type='Resize', scale=(24, 24), keep_ratio=False),
            dict(type='Flip', flip_ratio=0.5),
            dict(type='ColorJitter', brightness=0.4, contrast=0, saturation=0, hue=0),
        ]
        plain = [dict(type='Resize', scale=(24, 24), keep_ratio=False)]
        return [
            dict(type=first),
            dict(type='SampleSegments', num_frames=num_frames, test_mode=test_mode),
            dict(type=decode),
            *(crop if augment else plain),
            dict(type='FormatShape', input_format='NCHW'),
            dict(type='PackDFERInputs'),
        ]

    return make


ARCH = dict(
    embed_dim=16,
    quick_gelu=True,
    vision_cfg=dict(image_size=32, patch_size=16, layers=1, width=16, head_width=8),
    text_cfg=dict(context_length=77, vocab_size=49408, width=16, heads=1, layers=1),
)


@pytest.fixture
def tiny(tmp_path, monkeypatch):
    """A shipped config with a tiny model, for one epoch of two steps."""

    def make(name, root):
        monkeypatch.setenv(f'{root.name.upper()}_ROOT', str(root))
        monkeypatch.setenv('TGDFER_FOLD', '3' if root.name == 'MAFW' else '1')
        cfg = Config.fromfile(Path(config_dir(), f'{name}.py'))
        cfg.work_dir = str(tmp_path / 'work')
        for part in ('backbone', 'text_encoder'):
            cfg.model[part].update(arch=ARCH, pretrained=None)
        for part in ('neck', 'cls_head'):
            cfg.model[part].in_channels = 16
        cfg.train_cfg.max_epochs = 1
        for loader in ('train_dataloader', 'val_dataloader', 'test_dataloader'):
            cfg[loader].update(batch_size=4, num_workers=0)
            cfg[loader].pop('worker_init_fn', None)
            for transform in cfg[loader].dataset.pipeline:
                if transform.type == 'Resize':
                    transform.scale = (32, 32)
        cfg.train_dataloader.dataset.indices = 8
        for picture in ('explain', 'confusion'):
            cfg.default_hooks.pop(picture)
        cfg.default_hooks.checkpoint.interval = -1
        cfg.pop('precision')
        # The miniature lists have the same clips for training and testing.
        cfg.default_hooks.contract.allow = ['overlap']
        return cfg

    return make


@pytest.fixture(scope='session')
def small_files(tmp_path_factory):
    """A picture and a video of three frames, to be linked to under many names."""
    folder = tmp_path_factory.mktemp('small')
    write_frames(folder / 'clip', ['000001.jpg'])
    write_video(folder / 'clip.mp4', 3)
    return folder


@pytest.fixture(scope='session')
def make_acted(small_files):
    """Folders of faces, or videos, under the true names of acted data sets."""

    def make(cls, root, media='frames', clips=None):
        data = cls(str(root), 'test', media=media, lazy_init=True)
        for clip in data.chosen if clips is None else clips:
            path = data.media_dir / data.media_name(clip)
            if media == 'frames':
                path /= '000001.jpg'
            path.parent.mkdir(parents=True, exist_ok=True)
            of = 'clip/000001.jpg' if media == 'frames' else 'clip.mp4'
            os.link(small_files / of, path)
        return data

    return make
