"""Settings of a config for videos, and its test pipeline on crops."""

import numpy as np
import pytest
from mmengine.config import Config

from tgdfer_mm.apis.preprocessing import (
    ClipPipeline,
    steps_after_reading,
    video_settings,
)
from tgdfer_mm.paths import config_dir
from tgdfer_mm.video.errors import UsageError
from tgdfer_mm.video.settings import VideoSettings

PIPELINE = [
    dict(type='ListFrames'),
    dict(type='SampleSegments', num_frames=8, test_mode=True, short_clip='loop'),
    dict(type='DecodeFrames'),
    dict(type='Resize', scale=(32, 32), keep_ratio=False),
    dict(type='FormatShape', input_format='NCHW'),
    dict(type='PackDFERInputs'),
]


def config(pipeline=PIPELINE, **more):
    dataset = dict(type='Any', pipeline=pipeline)
    return Config(dict(test_dataloader=dict(dataset=dataset), **more))


def test_length_size_and_short_clips_are_those_of_the_test_pipeline():
    settings = video_settings(config(), {})
    assert (settings.window.frames, settings.crop.size) == (8, 32)
    assert settings.window.short_clip == 'loop'


def test_the_configs_video_goes_before_them_and_changes_before_both():
    cfg = config(video=dict(crop=dict(size=48, margin=0.4), every=3))
    settings = video_settings(cfg, dict(crop=dict(margin=0.1)))
    assert (settings.crop.size, settings.crop.margin, settings.every) == (48, 0.1, 3)


def test_excluding_short_clips_is_nothing_a_users_video_can_do():
    steps = [dict(s) for s in PIPELINE]
    steps[1]['short_clip'] = 'exclude'
    assert video_settings(config(steps), {}).window.short_clip == 'pad'


def test_what_the_test_pipeline_does_not_say_is_the_default():
    steps = [dict(type='SampleSegments'), *PIPELINE[2:]]
    steps[2] = dict(type='Resize', scale=(48, 40))  # keeps the ratio: no crop's size
    settings = video_settings(config(steps), {})
    assert (settings.window.frames, settings.window.short_clip) == (16, 'pad')
    assert settings.crop.size == VideoSettings().crop.size
    assert video_settings(config(steps, image_size=96), {}).crop.size == 96
    steps[2] = dict(type='Resize', scale=(48, 40), keep_ratio=False)
    assert video_settings(config(steps, image_size=96), {}).crop.size == 48


def test_reading_ends_with_the_last_decoder():
    steps = [dict(type='DecodeA'), dict(type='B'), dict(type='DecodeC'), dict(type='D')]
    assert steps_after_reading(config(steps)) == [dict(type='D')]
    assert steps_after_reading(config(steps[:3])) == []


@pytest.mark.parametrize('count', [1, 3, 5])
def test_a_window_is_told_as_sampling_would_tell_it(count, monkeypatch):
    monkeypatch.setattr('tgdfer_mm.apis.preprocessing.Compose', lambda steps: dict)
    crops = [np.full((30, 40, 3), i, np.uint8) for i in range(count)]
    told = ClipPipeline(config(PIPELINE[:3]), 5)(crops)
    last = count - 1
    assert [int(img.max()) for img in told['imgs']] == [min(i, last) for i in range(5)]
    assert told['frame_inds'].tolist() == [min(i, last) for i in range(5)]
    assert told['img_shape'] == told['original_shape'] == (30, 40)
    assert told['num_valid'] == told['total_frames'] == count
    assert (told['clip_len'], told['num_clips'], told['start_index']) == (5, 1, 0)
    told['imgs'][0][:] = 99  # a step may work in place
    assert crops[0].max() == 0 and told['imgs'][-1].max() == last * (count > 1)


def test_crops_become_what_testing_makes_of_frames():
    crops = list(np.random.default_rng(0).integers(0, 256, (3, 32, 32, 3), 'u1'))
    packed = ClipPipeline(config(), 5)(crops)
    inputs, sample = packed['inputs'], packed['data_samples']
    assert inputs.shape == (5, 3, 32, 32)
    np.testing.assert_array_equal(inputs[1].permute(1, 2, 0), crops[1])
    np.testing.assert_array_equal(inputs[4], inputs[2])  # padding
    assert sample.get('num_valid') == 3


def test_a_pipeline_that_cannot_be_cut_is_refused():
    with pytest.raises(UsageError, match='no step of the test pipeline is called'):
        steps_after_reading(config(PIPELINE[3:]))
    with pytest.raises(UsageError, match='test_dataloader.dataset.pipeline is missing'):
        video_settings(Config(dict()), {})


@pytest.mark.parametrize('name', ['dfew', 'ferv39k', 'mafw', 'demo'])
def test_the_shipped_configs_say_how_a_video_is_cropped(name):
    cfg = Config.fromfile(config_dir() / f'tgdfer_{name}.py')
    settings = video_settings(cfg, {})
    assert settings.crop.size == cfg.image_size
    assert settings.window.frames == cfg.num_frames
    assert cfg.video.crop.margin == settings.crop.margin


@pytest.mark.parametrize('name', ['c3d', 'i3d-r50', 'timesformer'])
def test_a_window_of_a_video_has_the_frames_that_the_model_takes(name):
    cfg = Config.fromfile(config_dir() / f'mixing/tgdfer_{name}_dfew.py')
    frames = video_settings(cfg, {}).window.frames
    assert frames == cfg.model.backbone.num_frames and frames > 16
