"""mmaction2's data sets with our metrics and hooks, and the other way round.

A run works to its end, or is refused before its first step.
"""

import cv2
import numpy as np
import pytest
from mmaction.registry import MODELS
from mmengine.config import Config
from mmengine.registry import RUNNERS
from torch import nn

from tgdfer_mm.recipe.recipe import RecipeError

CLASSES = ('happy', 'sad', 'neutral', 'angry', 'surprise', 'disgust', 'fear')
STEPS = []


@MODELS.register_module(force=True)
class TinyTower(nn.Module):
    """Mean colours, and a layer."""

    def __init__(self):
        super().__init__()
        self.layer = nn.Linear(3, 4)

    def init_weights(self):
        pass

    def forward(self, x):
        STEPS.append(1)
        return self.layer(x.mean((2, 3)))


@pytest.fixture
def tree(tmp_path):
    """14 clips of 4 frames, with their labels in mmaction2's list."""
    rows = []
    for i in range(14):
        for k in range(1, 5):
            path = tmp_path / f'clips/c{i:05d}/img_{k:05d}.jpg'
            path.parent.mkdir(parents=True, exist_ok=True)
            cv2.imwrite(str(path), np.full((8, 8, 3), 10 * i, np.uint8))
        rows.append(f'c{i:05d} 4 {i % 7}\n')
    (tmp_path / 'list.txt').write_text(''.join(rows))
    (tmp_path / 'Lists').mkdir()
    rows = ''.join(f'{i},{i % 7 + 1}\n' for i in range(14))
    (tmp_path / 'Lists/own.csv').write_text('video_name,label\n' + rows)
    for path in (tmp_path / 'clips').iterdir():
        (tmp_path / 'own').mkdir(exist_ok=True)
        (tmp_path / 'own' / path.name[1:]).symlink_to(path)
    return tmp_path


def stock(root, classes=CLASSES, names=('frame_dir',)):
    """mmaction2's data set and transforms."""
    pipeline = [
        dict(type='SampleFrames', clip_len=1, num_clips=2),
        dict(type='RawFrameDecode'),
        dict(type='FormatShape', input_format='NCHW'),
        dict(type='PackActionInputs', meta_keys=('img_shape', *names)),
    ]
    return dict(
        type='RawframeDataset',
        ann_file=str(root / 'list.txt'),
        data_prefix=dict(img=str(root / 'clips')),
        pipeline=pipeline,
        **(dict(metainfo=dict(classes=classes)) if classes else {}),
    )


def own(root):
    """Ours, with our transforms."""
    pipeline = [
        dict(type='ListFrames'),
        dict(type='SampleSegments', num_frames=2),
        dict(type='DecodeFrames'),
        dict(type='FormatShape', input_format='NCHW'),
        dict(type='PackDFERInputs'),
    ]
    return dict(
        type='DFEWDataset',
        data_root=str(root),
        split_file='Lists/own.csv',
        media_dir='own',
        pixel_version='tiny',
        subset='train',
        fold=1,
        pipeline=pipeline,
    )


def run(root, data_set, evaluator=None, **head):
    """Trains an epoch, evaluates and tests it; returns the steps and the metrics."""
    loader = dict(
        batch_size=7,
        num_workers=0,
        dataset=data_set,
        sampler=dict(type='DefaultSampler', shuffle=False),
    )
    evaluator = evaluator or dict(type='DFERMetric')
    head = dict(
        type='TSNHead',
        num_classes=7,
        in_channels=4,
        spatial_type=None,
        **{'average_clips': 'prob', **head},
    )
    cfg = dict(
        default_scope='mmaction',
        runner_type='DFERRunner',
        work_dir=str(root / 'work'),
        experiment_name=root.name,
        log_level='ERROR',
        model=dict(
            type='Recognizer2D',
            backbone=dict(type='TinyTower'),
            cls_head=head,
            data_preprocessor=dict(
                type='ActionDataPreprocessor', mean=[0.0] * 3, std=[255.0] * 3
            ),
        ),
        train_dataloader=loader,
        val_dataloader=loader,
        test_dataloader=loader,
        train_cfg=dict(by_epoch=True, max_epochs=1),
        val_cfg=dict(),
        test_cfg=dict(),
        val_evaluator=evaluator,
        test_evaluator=evaluator,
        optim_wrapper=dict(optimizer=dict(type='SGD', lr=0.1)),
        default_hooks=dict(
            checkpoint=dict(type='ExactCheckpointHook', interval=1),
            explain=dict(type='ExplainHook', num=0),
            confusion=dict(type='ConfusionMatrixHook'),
            selection=dict(type='SelectionHook'),
        ),
    )
    STEPS.clear()
    runner = RUNNERS.build(Config(cfg))
    runner.train()
    (hook,) = (h for h in runner.hooks if type(h).__name__ == 'SelectionHook')
    return hook.metrics


@pytest.mark.parametrize(
    ('make', 'evaluator'),
    [
        (stock, None),
        (own, None),
        (own, [dict(type='AccMetric'), dict(type='DFERMetric')]),
        (stock, [dict(type='AccMetric'), dict(type='DFERMetric')]),
    ],
)
def test_what_says_classes_and_names_runs_to_its_end(tree, make, evaluator):
    metrics = run(tree, make(tree), evaluator)
    assert 'dfer/WAR' in metrics
    if evaluator:
        assert metrics['acc/top1'] == pytest.approx(metrics['dfer/WAR'] / 100)
    assert list((tree / 'work').rglob('predictions.jsonl'))


@pytest.mark.parametrize(
    ('given', 'words'),
    [
        (dict(classes=None), r'val_dataloader.dataset and test_.*metainfo=dict\(class'),
        (dict(names=()), 'test_dataloader.dataset: .* names .* PackDFERInputs'),
        (dict(classes=CLASSES[:6]), 'has 6 classes, but .*num_classes=7'),
    ],
)
def test_what_a_stock_data_set_lacks_is_said_before_the_first_step(tree, given, words):
    with pytest.raises(RecipeError, match=words):
        run(tree, stock(tree, **given))
    assert not STEPS


@pytest.mark.parametrize('label', [-1, 7, 10**12])
def test_a_label_that_is_no_class_is_named_before_the_first_step(tree, label):
    path = tree / 'list.txt'
    path.write_text(path.read_text().replace('c00003 4 3', f'c00003 4 {label}'))
    words = rf'list.txt, entry 4, clip .*c00003: label {label} is not a class'
    data_set = stock(tree)
    wrapped = dict(type='RepeatDataset', times=2, dataset=data_set)
    for each in (data_set, wrapped):
        with pytest.raises(RecipeError, match=words):
            run(tree, each)
    assert not STEPS


def test_scores_of_single_views_are_refused_before_the_first_step(tree):
    with pytest.raises(RecipeError, match="set average_clips='prob'.*DFERMetric"):
        run(tree, stock(tree), average_clips=None)
    assert not STEPS


def test_a_matrix_without_its_metric_is_refused_before_the_first_step(tree):
    with pytest.raises(RecipeError, match='needs .*DFERMetric.* add it to the evalua'):
        run(tree, own(tree), dict(type='AccMetric'))
    assert not STEPS
