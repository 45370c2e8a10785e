"""Several views of a clip: which frames they show, how their scores are averaged."""

import numpy as np
import pytest
import torch
from mmaction.models.heads import BaseHead
from mmaction.structures import ActionDataSample
from mmengine.dataset import Compose
from torch import nn

from tgdfer_mm.datasets.transforms import CropCorners, SampleWindows
from tgdfer_mm.models.heads import LinearBagHead
from tgdfer_mm.models.recognizers import BagRecognizer, MultiViewRecognizer
from tgdfer_mm.registry import MODELS

T, K, SIZE = 4, 3, 6


@pytest.fixture(scope='module', autouse=True)
def tower():
    class Flat(nn.Module):
        """A tower on pictures: a linear layer on the pixels."""

        out_channels = 8

        def __init__(self):
            super().__init__()
            self.layer = nn.Linear(3 * SIZE * SIZE, 8)

        def forward(self, pictures):
            return self.layer(pictures.flatten(1))

    MODELS.register_module(module=Flat, force=True)
    yield
    MODELS.module_dict.pop('Flat')


def build(kind, **kwargs):
    torch.manual_seed(0)
    head = dict(type='LinearBagHead', num_classes=K, in_channels=8)
    model = kind(
        backbone=dict(type='Flat'),
        cls_head=head,
        data_preprocessor=dict(type='ActionDataPreprocessor', format_shape='NCHW'),
        **kwargs,
    )
    assert isinstance(model.cls_head, LinearBagHead)
    return model.eval()


@pytest.fixture
def model():
    return build(MultiViewRecognizer, num_frames=T)


@pytest.fixture
def plain():
    return build(BagRecognizer)


def sample(num_valid=None, crops=1):
    meta = {} if num_valid is None else dict(num_valid=num_valid)
    return ActionDataSample(metainfo=dict(clip='a', num_crops=crops, **meta))


def frames(*shape):
    return torch.randn(*shape, 3, SIZE, SIZE)


@pytest.mark.parametrize(
    ('total', 'expected', 'valid'),
    [
        (10, [0, 1, 2, 3, 6, 7, 8, 9], 8),
        (6, [0, 1, 2, 3, 2, 3, 4, 5], 8),
        (4, [0, 1, 2, 3, 0, 1, 2, 3], 4),
        (2, [0, 1, 1, 1, 0, 1, 1, 1], 2),
        (1, [0] * 8, 1),
    ],
)
def test_the_first_and_the_last_frames_are_the_windows(total, expected, valid):
    found = SampleWindows(T, 2)(dict(total_frames=total, start_index=1))
    assert found['frame_inds'].tolist() == expected
    assert found['frame_inds'].dtype == np.int64
    assert (found['num_valid'], found['num_clips'], found['clip_len']) == (valid, 2, T)
    assert found['start_index'] == 1


def test_crops_are_at_the_first_and_the_last_corner_of_every_plane():
    rows, columns = np.mgrid[:8, :9]
    imgs = np.stack(
        [np.stack([rows, columns, rows + i, columns + i], -1) for i in (0, 50)]
    )
    found = CropCorners(6)(dict(imgs=list(imgs), img_shape=(8, 9)))
    first, second = np.array(found['imgs'][:2]), np.array(found['imgs'][2:])
    assert np.array_equal(first, imgs[:, :6, :6])
    assert np.array_equal(second, imgs[:, 2:, 3:])
    assert found['num_crops'] == 2 and found['img_shape'] == (6, 6)
    square = CropCorners(8)(dict(imgs=list(imgs[:, :, :8])))['imgs']  # the authors' way
    assert np.array_equal(square[0], square[2])
    with pytest.raises(ValueError, match=r"clip 'a': frames of 9 x 8 .* crops of 9"):
        CropCorners(9)(dict(clip='a', imgs=list(imgs)))


@torch.no_grad()
def test_four_equal_views_say_what_one_does(model, plain):
    view = frames(2, T)
    [one, short] = plain.predict(view, [sample(), sample(3)])
    four = [sample(crops=2), sample(3, crops=2)]
    [own, own_short] = model.predict(view.repeat(1, 4, 1, 1, 1), four)
    for found, expected in ((own, one), (own_short, short)):
        assert torch.allclose(found.pred_score, expected.pred_score, atol=1e-6)
        assert torch.equal(found.pred_label, expected.pred_label)
    assert torch.allclose(own.attention, one.attention.repeat(2) / 2)
    # Of a short clip the second window is padding alone.
    assert own_short.instance_mask.tolist() == [True] * 3 + [False] * (2 * T - 3)
    assert torch.allclose(own_short.attention[:T], short.attention)
    assert not own_short.attention[T:].any()


@torch.no_grad()
@pytest.mark.parametrize('num_valid', [3, T, T + 2, 2 * T])
def test_the_scores_are_the_mean_over_the_views_that_count(model, num_valid):
    crops, windows = 2, 2
    inputs = frames(1, crops * windows * T)
    [found] = model.predict(inputs, [sample(num_valid, crops)])
    layer, fc = model.backbone.layer, model.cls_head.fc
    scores, instances = [], np.zeros((windows * T, K))
    for crop in range(crops):
        for window in range(windows):
            place = (crop * windows + window) * T
            own = inputs[0, place : place + T].flatten(1)
            logits = fc(layer(own))
            instances[window * T : (window + 1) * T] += (
                logits.softmax(-1).numpy() / crops
            )
            valid = min(num_valid - window * T, T)
            if valid > 0:
                scores.append(logits[:valid].mean(0).softmax(-1))
    assert torch.allclose(found.pred_score, torch.stack(scores).mean(0), atol=1e-6)
    assert found.instance_scores.numpy() == pytest.approx(instances, abs=1e-6)
    assert found.instance_mask.sum() == num_valid
    assert found.attention.sum() == pytest.approx(1)


@torch.no_grad()
def test_of_whole_clips_it_is_mmaction2s_average(model):
    inputs = frames(2, 4 * T)
    found = model.predict(inputs, [sample(crops=2), sample(crops=2)])
    logits = model.extract_feat(inputs.view(8, T, 3, SIZE, SIZE), stage='head')[
        0
    ].logits
    expected = BaseHead.average_clip(model.cls_head, logits, num_segs=4)
    assert torch.allclose(
        torch.stack([s.pred_score for s in found]), expected, atol=1e-6
    )


@torch.no_grad()
def test_one_view_is_the_plain_recognizer(model, plain):
    inputs = frames(2, T)
    found = model.predict(inputs, [sample(2), sample()])
    expected = plain.predict(inputs, [sample(2), sample()])
    for one, other in zip(found, expected, strict=True):
        assert torch.allclose(one.pred_score, other.pred_score)
        assert torch.allclose(one.attention, other.attention)


@torch.no_grad()
def test_the_pipelines_views_reach_the_model(model):
    pictures = np.random.default_rng(0).integers(0, 256, (9, 8, 8, 4), dtype=np.uint8)
    steps = [
        SampleWindows(T, 2),
        CropCorners(SIZE),
        *[dict(type='FormatShape', input_format='NCHW'), dict(type='PackDFERInputs')],
    ]
    first = steps[0](dict(total_frames=9, clip='a', modality='RGB', label=1))
    first['imgs'] = list(pictures[first['frame_inds']])
    packed = Compose(steps[1:])(first)
    assert packed['inputs'].shape == (4 * T, 4, SIZE, SIZE)
    inputs = packed['inputs'][None, :, :3].float() / 255
    [found] = model.predict(inputs, [packed['data_samples']])
    assert found.gt_label == 1 and len(found.frame_inds) == 2 * T
    assert len(found.instance_scores) == len(found.frame_inds)


def test_frames_that_make_no_views_are_refused(model):
    with pytest.raises(ValueError, match='not a whole number of views of num_frames=4'):
        model.predict(frames(1, 6), [sample()])
    with pytest.raises(ValueError, match='different numbers of crops'):
        model.predict(frames(2, 8), [sample(), sample(crops=2)])
    with pytest.raises(ValueError, match='num_windows=0'):
        SampleWindows(4, 0)
