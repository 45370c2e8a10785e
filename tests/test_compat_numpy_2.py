"""With NumPy 2, mmaction2 computes the same as with NumPy 1, without its faults."""

import cv2
import numpy as np
import pytest
import torch
from mmaction.datasets.transforms import ColorJitter, PoseCompact
from mmaction.evaluation import RetrievalRecall, average_recall_at_avg_proposals
from mmaction.evaluation.functional import multisports_utils
from mmaction.utils import frame_extract
from mmengine.config import Config
from mmengine.dataset import Compose

from tgdfer_mm.paths import config_dir


def pure(hue):
    """A picture of one pure colour, by its hue in degrees."""
    hsv = np.full((4, 4, 3), (hue // 2, 255, 255), np.uint8)
    return cv2.cvtColor(hsv, cv2.COLOR_HSV2RGB).astype(np.float32)


@pytest.mark.parametrize(
    ('hue', 'turn', 'turned'),
    # mmaction2's unit: 255 for the circle's 180 steps of two degrees.
    [(0, -0.2, 258), (300, 0.2, 42), (60, 0.2, 162), (60, 0.0, 60), (350, 0.5, 244)],
)
def test_a_hue_is_turned_round_the_circle(hue, turn, turned):
    assert np.array_equal(ColorJitter.adjust_hue(pure(hue), turn), pure(turned))


def test_no_clip_is_lost_to_the_jitter_of_its_hue():
    imgs = list(np.random.default_rng(0).integers(0, 256, (2, 8, 8, 3), np.uint8))
    for seed in range(20):
        np.random.seed(seed)
        done = ColorJitter(hue=0.4)(dict(imgs=imgs))['imgs']
        assert [img.dtype for img in done] == [np.uint8] * 2


def test_every_clip_goes_through_the_pipeline_of_m3dfel(tmp_path):
    for i in range(20):
        picture = np.random.default_rng(i).integers(0, 256, (32, 32, 3), np.uint8)
        cv2.imwrite(str(tmp_path / f'{i}.jpg'), picture)
    cfg = Config.fromfile(config_dir() / 'baselines/m3dfel_dfew.py')
    pipeline = Compose(cfg.train_dataloader.dataset.pipeline)
    clip = dict(clip='1', frame_dir=str(tmp_path), label=0, modality='RGB')
    for seed in range(10):
        np.random.seed(seed)
        packed = pipeline(dict(clip))
        assert packed['inputs'].shape == (16, 3, 112, 112)
        assert packed['inputs'].dtype == torch.uint8


# Names that NumPy 2 has dropped


def test_recall_of_a_retrieval():
    recall = RetrievalRecall.calculate(
        [[0, 1], [2, 1]], [[1], [0]], (1, 2), pred_indices=True, target_indices=True
    )
    assert [float(value) for value in recall] == [0.0, 50.0]


def test_area_under_recall():
    truth = {'v': np.array([[0.0, 1.0]])}
    proposals = {'v': np.array([[0.0, 1.0, 0.9], [0.0, 0.1, 0.1]])}
    _, recall, at, auc = average_recall_at_avg_proposals(truth, proposals, 2, 2)
    steps = (recall[1:] + recall[:-1]) / 2 * np.diff(at)
    assert auc == pytest.approx(100 * steps.sum() / at[-1])
    assert auc > 0


def test_a_pose_is_cut_to_its_points():
    points = np.array([[[[10.0, 20.0], [50.0, 60.0]]]])
    pose = dict(img_shape=(100, 100), keypoint=points)
    cut = PoseCompact(padding=0.0, threshold=1, allow_imgpad=False)(pose)
    assert cut['img_shape'] == (40, 40)


def test_frames_are_extracted_at_a_short_side(tmp_path):
    path = str(tmp_path / 'v.mp4')
    writer = cv2.VideoWriter(path, cv2.VideoWriter_fourcc(*'mp4v'), 25, (64, 32))
    for _ in range(3):
        writer.write(np.zeros((32, 64, 3), np.uint8))
    writer.release()
    _, frames = frame_extract(path, 16, str(tmp_path / 'out'))
    assert [frame.shape for frame in frames] == [(16, 32, 3)] * 3


def test_tubes_that_are_the_same_overlap_wholly():
    tube = np.array([[f, 0.0, 0.0, 10.0, 10.0] for f in range(1, 5)])
    assert multisports_utils.iou3dt_voc(tube, tube, spatialonly=True) == 1.0
