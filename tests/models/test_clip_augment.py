"""The device's augmentation makes the stock transforms' pictures from their draws."""

import copy
import random
from pathlib import Path

import numpy as np
import pytest
import torch
from mmengine.config import Config
from mmengine.dataset import Compose

from tgdfer_mm.recipe.on_device import augment_on_device
from tgdfer_mm.registry import MODELS

CONFIGS = Path(__file__).parents[2] / 'configs'
CROP = dict(
    type='RandomResizedCrop', area_range=(0.4, 1.0), aspect_ratio_range=(0.8, 1.25)
)
RESIZE = dict(type='Resize', scale=(40, 36), keep_ratio=False)
FLIP = dict(type='Flip', flip_ratio=0.5)
BRIGHT = dict(type='ColorJitter', brightness=0.3, contrast=0.0, saturation=0.0, hue=0.0)
JITTER = dict(type='ColorJitter', brightness=0.3, contrast=0.3, saturation=0.3, hue=0.0)


@pytest.fixture
def pictures():
    """Smooth clips (T, H, W, 3): noise has no interpolation to compare."""
    rng = np.random.default_rng(0)
    coarse = torch.from_numpy(rng.uniform(0, 255, (4, 3, 3, 5, 6)))
    smooth = [
        torch.nn.functional.interpolate(c, (44, 52), mode='bicubic').clamp(0, 255)
        for c in coarse
    ]
    return [c.permute(0, 2, 3, 1).byte().contiguous().numpy() for c in smooth]


def by_stock(transforms, clips):
    made = []
    pipeline = Compose([*transforms, dict(type='FormatShape', input_format='NCHW')])
    for clip in clips:
        clip = clip.copy()
        results = dict(imgs=[*clip], img_shape=clip.shape[1:3], modality='RGB')
        results.update(num_clips=1, clip_len=len(clip))
        made.append(torch.from_numpy(pipeline(results)['imgs'].copy()))
    return torch.stack(made).float()


def by_device(clips, training=True, **transforms):
    preprocessor = MODELS.build(dict(type='ClipAugmentPreprocessor', **transforms))
    inputs = [torch.from_numpy(clip).permute(0, 3, 1, 2) for clip in clips]
    batch = dict(inputs=inputs, data_samples=None)
    return preprocessor(batch, training)['inputs']


def seed():
    np.random.seed(3)
    random.seed(3)


@pytest.mark.parametrize(
    ('transforms', 'levels'),
    [
        ([FLIP], 0),
        ([BRIGHT], 0),
        ([RESIZE], 1),
        ([CROP, RESIZE], 1),
        ([CROP, RESIZE, FLIP, BRIGHT], 2),  # a level times at most 1.3, rounded down
        ([JITTER], 1),
    ],
)
def test_the_same_draws_give_the_same_pictures(pictures, transforms, levels):
    clips = pictures * 4
    seed()
    wanted = by_stock(copy.deepcopy(transforms), clips)
    seed()
    found = by_device(clips, train=transforms)
    assert found.dtype == torch.float32 and found.shape == wanted.shape
    assert (found - wanted).abs().max() <= levels
    assert (found - wanted).abs().mean() <= 0.6 * levels
    if transforms != [RESIZE]:  # all clips drew for themselves
        assert any((each != found[0]).any() for each in found[4::4])


def test_testing_draws_nothing_and_normalises(pictures):
    state = np.random.get_state()[1].copy()
    found = by_device(
        pictures,
        training=False,
        train=[CROP, RESIZE, FLIP],
        test=[RESIZE],
        mean=[100.0, 110.0, 120.0],
        std=[50.0, 60.0, 70.0],
    )
    assert (np.random.get_state()[1] == state).all()
    plain = by_stock([RESIZE], pictures)
    mean = torch.tensor([100.0, 110.0, 120.0])[:, None, None]
    std = torch.tensor([50.0, 60.0, 70.0])[:, None, None]
    assert (found - (plain - mean) / std).abs().max() <= 1 / 50 + 1e-5


def test_a_config_moves_its_augmentation(pictures):
    cfg = Config.fromfile(CONFIGS / 'tgdfer_dfew.py')
    before = copy.deepcopy(cfg)
    augment_on_device(cfg)
    left = [t.type for t in cfg.train_dataloader.dataset.pipeline]
    assert left == [
        *('ListFrames', 'SampleSegments', 'DecodeFrames', 'FormatShape'),
        'PackDFERInputs',
    ]
    stock = before.train_dataloader.dataset.pipeline[3:7]
    seed()
    wanted = by_stock(copy.deepcopy(stock), pictures)
    seed()
    built = MODELS.build(cfg.model.data_preprocessor)
    inputs = [torch.from_numpy(clip).permute(0, 3, 1, 2) for clip in pictures]
    found = built(dict(inputs=inputs, data_samples=None), training=True)['inputs']
    levels = found * built.std + built.mean
    assert (levels - wanted).abs().max() <= 2.01
    assert cfg.model.data_preprocessor.mean == before.model.data_preprocessor.mean


@pytest.mark.parametrize(
    ('transform', 'named'),
    [
        (dict(type='RandomRescale', scale_range=(40, 60)), 'RandomRescale cannot run'),
        (dict(RESIZE, interpolation='nearest'), 'bilinear'),
        (dict(RESIZE, keep_ratio=True), 'keep_ratio'),
        (dict(FLIP, direction='vertical'), 'horizontal only'),
        (dict(type='ColorJitter'), 'hue=0'),
    ],
)
def test_what_the_device_cannot_do_is_refused(pictures, transform, named):
    with pytest.raises(ValueError, match=named):
        by_device(pictures, train=[transform])


def test_clips_of_different_sizes_need_a_resize(pictures):
    clips = [pictures[0], pictures[1][:, :30]]
    with pytest.raises(ValueError, match='add a Resize'):
        by_device(clips, train=[FLIP])
    assert by_device(clips, train=[RESIZE]).shape == (2, 3, 3, 36, 40)
