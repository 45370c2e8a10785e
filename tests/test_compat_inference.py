"""mmaction2's own inference functions run on the shipped configs."""

import cv2
import numpy as np
import pytest
from mmaction.apis import (
    MMAction2Inferencer,
    inference_recognizer,
    init_recognizer,
)
from mmengine.dataset import Compose

from tgdfer_mm.clips.errors import DamagedClipError
from tgdfer_mm.paths import config_dir

CONFIG = str(config_dir() / 'tgdfer_demo.py')


@pytest.fixture(scope='module')
def pictures():
    rng = np.random.default_rng(0)
    flat = np.linspace(0, 255, 30).astype(np.uint8)[:, None, None, None]
    return np.broadcast_to(flat, (30, 64, 64, 3)) // 2 + rng.integers(
        0, 3, dtype=np.uint8
    )


@pytest.fixture(scope='module')
def media(pictures, tmp_path_factory):
    """The same clip, as a video and as folders with names of two kinds."""
    root = tmp_path_factory.mktemp('media')
    kind = cv2.VideoWriter_fourcc(*'MJPG')
    writer = cv2.VideoWriter(str(root / 'clip.avi'), kind, 25, (64, 64))
    for folder in ('img', 'dfew'):
        (root / folder).mkdir()
    for i, picture in enumerate(pictures, 1):
        writer.write(picture)
        cv2.imwrite(str(root / f'img/img_{i:05}.png'), picture)
        cv2.imwrite(str(root / f'dfew/00001_{i:05}.png'), picture)
    writer.release()
    return root


@pytest.fixture(scope='module')
def model():
    import torch

    torch.manual_seed(0)
    return init_recognizer(CONFIG, device='cpu')


def test_a_recognizer_takes_a_video_and_folders_of_frames(model, media):
    scores = [
        inference_recognizer(model, str(media / name)).pred_score.numpy()
        for name in ('clip.avi', 'img', 'dfew')
    ]
    assert scores[0].sum() == pytest.approx(1, abs=1e-5)
    assert np.array_equal(scores[1], scores[2])
    assert np.allclose(scores[0], scores[1], atol=0.1)  # the video is lossy


def test_an_inferencer_reads_the_frames_that_the_recognizer_reads(model, media):
    for form, name in (('video', 'clip.avi'), ('rawframes', 'dfew')):
        inferencer = MMAction2Inferencer(CONFIG, device='cpu', input_format=form)
        pipeline = inferencer.actionrecog_inferencer.pipeline
        theirs = pipeline(str(media / name))['inputs']
        ours = Compose(model.cfg.test_pipeline)(
            dict(filename=str(media / name), label=-1)
        )
        assert np.array_equal(theirs, ours['inputs'])


def test_an_inferencer_takes_an_array_and_draws(pictures, media, tmp_path):
    inferencer = MMAction2Inferencer(CONFIG, device='cpu', input_format='array')
    (found,) = inferencer(pictures)['predictions']
    assert sum(found['rec_scores'][0]) == pytest.approx(1, abs=1e-5)
    inferencer = MMAction2Inferencer(CONFIG, device='cpu', input_format='rawframes')
    inferencer(str(media / 'img'), vid_out_dir=str(tmp_path), out_type='img')
    assert len(list(tmp_path.rglob('*.png'))) == 30


def test_what_cannot_be_read_is_named(model, tmp_path):
    (tmp_path / 'broken.mp4').write_bytes(b'no video')
    (tmp_path / 'empty').mkdir()
    for name in ('broken.mp4', 'empty'):
        with pytest.raises(DamagedClipError, match=name):
            inference_recognizer(model, str(tmp_path / name))
