"""A run on a few tiny clips, with a frozen tower small enough for milliseconds."""

import itertools

import cv2
import numpy as np
import pytest
import torch
from mmengine.config import Config
from mmengine.hooks import Hook
from mmengine.runner import Runner

from tgdfer_mm.models.vision_language.open_clip_models import build_clip

ARCH = dict(
    embed_dim=32,
    quick_gelu=True,
    vision_cfg=dict(image_size=32, patch_size=16, layers=1, width=32, head_width=16),
    text_cfg=dict(context_length=77, vocab_size=49408, width=32, heads=2, layers=1),
)
CLASSES = ('happy', 'sad', 'neutral', 'angry', 'surprise', 'disgust', 'fear')
NUMBERS = itertools.count()


class KeepLosses(Hook):
    """The loss of every step."""

    def __init__(self):
        self.losses = []

    def after_train_iter(self, runner, batch_idx, data_batch=None, outputs=None):
        self.losses.append(outputs['loss'].item())


@pytest.fixture(autouse=True)
def _one_thread():
    torch.set_num_threads(1)  # nothing here is large enough for two


@pytest.fixture(scope='session')
def weights(tmp_path_factory):
    """A file with a vision-language model of random weights."""
    torch.manual_seed(7)
    model = build_clip(ARCH)
    for parameter in model.parameters():  # features must not all be alike
        torch.nn.init.normal_(parameter, std=0.2)
    path = tmp_path_factory.mktemp('weights') / 'clip.pt'
    torch.save(model.state_dict(), path)
    return str(path)


@pytest.fixture
def clips(tmp_path):
    """DFEW's layout: clips 1 to 10, with 3 to 12 frames of 32 pixels; two folds."""
    root = tmp_path / 'DFEW'
    rng = np.random.default_rng(0)
    for i in range(1, 11):
        folder = root / f'Clip/clip_224x224/{i:05d}'
        folder.mkdir(parents=True)
        for k in range(i + 2):
            picture = rng.integers(0, 256, (32, 32, 3), dtype=np.uint8)
            cv2.imwrite(str(folder / f'{k:03d}.png'), picture)
    rows = [f'{i},{i % 7 + 1}' for i in range(1, 11)]
    for fold, cut in ((1, 7), (2, 5)):
        for subset, part in (('train', rows[:cut]), ('test', rows[cut:])):
            folder = root / f'EmoLabel_DataSplit/{subset}(single-labeled)'
            folder.mkdir(parents=True, exist_ok=True)
            lines = ['video_name,label', *part]
            (folder / f'set_{fold}.csv').write_text('\n'.join(lines))
    return root


@pytest.fixture
def make_config(clips, weights, tmp_path):
    """The config of a run with a frozen tower and without augmentation."""

    def pipeline(augment, test_mode):
        return [
            dict(type='ListFrames'),
            dict(type='SampleSegments', num_frames=8, test_mode=test_mode),
            dict(type='DecodeFrames'),
            *augment,
            dict(type='FormatShape', input_format='NCHW'),
            dict(type='PackDFERInputs'),
        ]

    def loader(subset, augment, fold):
        data = dict(
            type='DFEWDataset',
            data_root=str(clips),
            label_base=1,  # the lists of so few clips do not show it
            subset=subset,
            fold=fold,
            pipeline=pipeline(augment, subset == 'test'),
        )
        return dict(
            batch_size=3,
            num_workers=0,
            sampler=dict(type='DefaultSampler', shuffle=subset == 'train'),
            dataset=data,
        )

    def make(augment=(), fold=1, epochs=2, seed=3, **changes):
        tower = dict(arch=ARCH, pretrained=weights, quick_gelu=True)
        cfg = Config(
            dict(
                default_scope='mmaction',
                model=dict(
                    type='TextGuidedRecognizer',
                    backbone=dict(type='OpenCLIPVisual', frozen_stages='all', **tower),
                    text_encoder=dict(
                        type='OpenCLIPText',
                        descriptions={c: ['one text', 'another text'] for c in CLASSES},
                        **tower,
                    ),
                    neck=dict(type='VisualPromptNeck', in_channels=32),
                    cls_head=dict(
                        type='MultiGrainedTemporalHead',
                        num_classes=7,
                        in_channels=32,
                        scale=20.0,
                    ),
                    data_preprocessor=dict(
                        type='ActionDataPreprocessor',
                        mean=[127.0] * 3,
                        std=[64.0] * 3,
                        format_shape='NCHW',
                    ),
                ),
                train_dataloader=loader('train', augment, fold),
                val_dataloader=loader('test', (), fold),
                test_dataloader=loader('test', (), fold),
                val_evaluator=dict(type='DFERMetric'),
                test_evaluator=dict(type='DFERMetric'),
                train_cfg=dict(
                    type='EpochBasedTrainLoop', max_epochs=epochs, val_interval=epochs
                ),
                val_cfg=dict(type='ValLoop'),
                test_cfg=dict(type='TestLoop'),
                optim_wrapper=dict(
                    type='OptimWrapper',
                    constructor='TextGuidedOptimWrapperConstructor',
                    optimizer=dict(
                        type='AdamW', lr=0.01, weight_decay=0.05, fused=True
                    ),
                    paramwise_cfg=dict(
                        custom_keys={
                            'backbone': dict(lr_mult=0.1),
                            'neck': dict(lr_mult=3.0),
                        },
                        no_decay=['context', 'class_embedding'],
                    ),
                ),
                param_scheduler=[
                    dict(type='LinearLR', start_factor=0.1, end=3, by_epoch=False),
                    dict(
                        type='CosineAnnealingLR',
                        T_max=epochs,
                        convert_to_iter_based=True,
                    ),
                ],
                default_hooks=dict(
                    checkpoint=dict(type='ExactCheckpointHook', interval=1),
                    explain=dict(type='ExplainHook', num=1, when='test'),
                ),
                randomness=dict(seed=seed),
                work_dir=str(tmp_path / 'work'),
                log_level='ERROR',
            )
        )
        cfg.merge_from_dict(changes)
        return cfg

    return make


@pytest.fixture
def run():
    """Trains a config; returns the losses, the runner and the test scores."""

    def train(cfg):
        cfg.experiment_name = f'features_{next(NUMBERS)}'
        runner, keeper = Runner.from_cfg(cfg), KeepLosses()
        runner.register_hook(keeper)
        runner.train()
        scores = []
        for batch in runner.val_dataloader:
            scores += [s.pred_score for s in runner.model.val_step(batch)]
        return keeper.losses, runner, torch.stack(scores)

    return train
