"""From the files to the model's input, through mmaction2's own transforms."""

import numpy as np
import pytest
from mmengine.dataset import pseudo_collate

from tgdfer_mm.datasets import DFEWDataset
from tgdfer_mm.registry import DATASETS, MODELS, TRANSFORMS
from tgdfer_mm.run_config.pipelines import PipelineError


@pytest.mark.parametrize('augment', [False, True])
@pytest.mark.parametrize(
    'layout, cls, media, kwargs',
    [
        ('dfew', 'DFEWDataset', 'frames', {}),
        ('dfew', 'DFEWDataset', 'videos', {}),
        ('ferv39k', 'FERV39kDataset', 'frames', {}),
        ('mafw', 'MAFWDataset', 'frames', dict(fold=3)),
    ],
)
def test_batch_has_the_shape_of_the_model_s_input(
    layout, cls, media, kwargs, augment, request, make_pipeline
):
    root = request.getfixturevalue(layout)
    pipeline = make_pipeline(media, not augment, 16, augment)
    dataset = DATASETS.build(
        dict(
            type=cls,
            data_root=str(root),
            subset='train',
            media=media,
            pipeline=pipeline,
            **kwargs,
        )
    )
    preprocess = MODELS.build(
        dict(
            type='ActionDataPreprocessor',
            mean=[122.771, 116.746, 104.093],
            std=[68.5, 66.632, 70.323],
            format_shape='NCHW',
        )
    )
    items = [dataset[i] for i in (0, 1)]
    raw = items[0]['inputs'].float()
    batch = preprocess(pseudo_collate(items))
    assert batch['inputs'].shape == (2, 16, 3, 24, 24)
    # RGB statistics on RGB pictures: undoing them gives the pixels back.
    undone = batch['inputs'][0] * preprocess.std + preprocess.mean
    assert np.allclose(undone, raw, atol=1e-2)
    sample = batch['data_samples'][0]
    assert sample.gt_label.item() == 0
    assert sample.img_shape == (24, 24)
    assert sample.num_valid == min(16, sample.total_frames)
    assert sample.frame_inds.shape == (16,)
    assert sample.get('damaged') is None


def test_padded_positions_hold_the_last_frame(ferv39k, make_pipeline):
    dataset = DATASETS.build(
        dict(
            type='FERV39kDataset',
            data_root=str(ferv39k),
            subset='train',
            pipeline=make_pipeline('frames', False, 16, True),
        )
    )
    for _ in range(4):  # flipped or not, cropped and jittered: the same for all
        inputs = dataset[0]['inputs']
        assert dataset[0]['data_samples'].num_valid == 6
        assert all((frame == inputs[5]).all() for frame in inputs[6:])
        assert (inputs[4] != inputs[5]).any()


def test_stock_colour_jitter_draws_once_per_clip():
    """It is why this package has no brightness transform of its own."""
    jitter = TRANSFORMS.build(
        dict(type='ColorJitter', brightness=0.4, contrast=0, saturation=0, hue=0)
    )
    factors = set()
    for _ in range(5):
        imgs = jitter(dict(imgs=[np.full((8, 8, 3), 100, np.uint8)] * 16))['imgs']
        assert imgs[0].dtype == np.uint8
        assert len({int(v) for img in imgs for v in np.unique(img)}) == 1
        factors.add(int(imgs[0][0, 0, 0]))
    assert len(factors) > 1 and min(factors) >= 60 and max(factors) <= 140


@pytest.mark.parametrize(
    ('media', 'kind'),
    [
        ('videos', 'ListFrames'),
        ('videos', 'DecodeFrames'),
        ('videos', 'RawFrameDecode'),
        ('frames', 'RawFrameDecode'),
        ('frames', 'OpenVideo'),
        ('frames', 'DecordInit'),
        ('frames', 'PyAVDecode'),
    ],
)
def test_a_pipeline_of_the_other_media_is_refused_before_anything_is_read(
    tmp_path, media, kind
):
    words = f"media='{media}'.* has {kind}.*--media {media}"
    with pytest.raises(PipelineError, match=words) as caught:
        DFEWDataset(tmp_path, 'train', media=media, pipeline=[dict(type=kind)])
    assert caught.value.exit_code == 2
