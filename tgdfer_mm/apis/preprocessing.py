"""The part of a config's test pipeline that comes after reading."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from mmengine.config import Config
from mmengine.dataset import Compose

from ..registry import TRANSFORMS
from ..video.errors import UsageError
from ..video.settings import VideoSettings


def test_pipeline(cfg: Config) -> list[dict]:
    """The transforms that testing applies.

    Raises:
        UsageError: The config has none.
    """
    dataset = (cfg.get('test_dataloader') or {}).get('dataset') or {}
    while 'pipeline' not in dataset and 'dataset' in dataset:
        dataset = dataset['dataset']  # of a wrapper
    pipeline = dataset.get('pipeline')
    if not pipeline:
        raise UsageError(
            f'{cfg.filename}: test_dataloader.dataset.pipeline is missing, so it is '
            'unknown how a clip is prepared for the model'
        )
    return [dict(step) for step in pipeline]


def video_settings(cfg: Config, changes: dict[str, Any]) -> VideoSettings:
    """The settings for videos: defaults, then the config's ``video``, then `changes`.

    The number of frames and the size that the config states elsewhere (sampling and
    ``Resize`` of the test pipeline, ``image_size``) replace the defaults.

    Args:
        cfg: The model's config.
        changes: Changes for :meth:`VideoSettings.updated`.
    """
    own: dict[str, dict] = dict(crop={}, window={})
    if cfg.get('image_size'):
        own['crop']['size'] = int(cfg.image_size)
    for step in test_pipeline(cfg):
        if step['type'] == 'SampleSegments':
            own['window']['frames'] = step.get('num_frames', 16)
            short = step.get('short_clip', 'pad')
            # A data set can leave clips out; a user wants every video to be read.
            own['window']['short_clip'] = 'pad' if short == 'exclude' else short
        if step['type'] == 'Resize' and not step.get('keep_ratio', True):
            own['crop']['size'] = int(step['scale'][0])
    settings = VideoSettings().updated(own)
    configured = cfg.get('video') or {}
    configured = configured.to_dict() if hasattr(configured, 'to_dict') else configured
    if not isinstance(configured, Mapping):
        raise UsageError(
            f'{cfg.filename}: video={configured!r} must be a dict of settings'
        )
    return settings.updated(configured).updated(changes)


def steps_after_reading(cfg: Config) -> list[dict]:
    """The transforms that testing applies to frames in memory.

    Raises:
        UsageError: The pipeline does not show where reading ends.
    """
    steps = test_pipeline(cfg)
    decoders = [i for i, step in enumerate(steps) if 'Decode' in str(step['type'])]
    if not decoders:
        raise UsageError(
            f'{cfg.filename}: no step of the test pipeline is called "...Decode...", '
            'so it is unknown which steps follow reading'
        )
    return steps[decoders[-1] + 1 :]


class ClipPipeline:
    """Turns the crops of a window into the model's input, as in testing.

    Args:
        cfg: The model's config.
        frames: Number of frames of a window; a shorter one is padded with its last
            frame.

    Raises:
        UsageError: The config's pipeline does not show where reading ends.
    """

    def __init__(self, cfg: Config, frames: int) -> None:
        steps = steps_after_reading(cfg)
        self._transform = Compose([TRANSFORMS.build(step) for step in steps])
        self._frames = frames

    def __repr__(self) -> str:
        """The steps with their settings; equal steps prepare crops in the same way."""
        return repr(self._transform)

    def __call__(self, crops: Sequence[np.ndarray]) -> dict:
        """The packed sample of one window."""
        count = len(crops)
        imgs = [*crops, *[crops[-1]] * (self._frames - count)]
        shape = imgs[0].shape[:2]
        results = dict(
            imgs=[img.copy() for img in imgs],
            img_shape=shape,
            original_shape=shape,
            frame_inds=np.minimum(np.arange(self._frames), count - 1),
            num_valid=count,
            total_frames=count,
            clip_len=self._frames,
            num_clips=1,
            modality='RGB',
            start_index=0,
        )
        return self._transform(results)
