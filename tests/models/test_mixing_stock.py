"""Our data, metric, loss and pictures with mmaction2's own recognizers, on a disk.

Each config, shrunk, trains two steps and tests on a tree of DFEW's layout.
"""

import json
import re
from pathlib import Path

import cv2
import numpy as np
import open_clip
import pytest
from mmengine.config import Config
from mmengine.runner import Runner

from tgdfer_mm.evaluation import read_predictions
from tgdfer_mm.models.text.tokens import CLIP_TOKENIZER
from tgdfer_mm.paths import config_dir
from tgdfer_mm.recipe.precision import apply_precision
from tgdfer_mm.registry import MODELS, TRANSFORMS

MIXING = Path(config_dir(), 'mixing')
TRAINED, TESTED, SIZE = (1, 2), (3, 4, 5), 32
SHORT = '00005'
VIT = dict(embed_dims=16, depth=1, num_heads=2, img_size=SIZE)

# Config -> overrides of its model.
STOCK = {
    'stock_tsn_dfew': dict(backbone=dict(depth=18), cls_head=dict(in_channels=512)),
    'stock_slowonly_dfew': dict(
        backbone=dict(depth=18, base_channels=4), cls_head=dict(in_channels=32)
    ),
    'stock_videomae_dfew': dict(backbone=VIT, cls_head=dict(in_channels=16)),
    'stock_tsn-clip_dfew': dict(
        backbone=dict(pretrained=None), cls_head=dict(in_channels=32)
    ),
    'no-text_dfew': dict(
        backbone=dict(pretrained=None),
        text_encoder=dict(out_channels=32),
        neck=dict(in_channels=32),
        cls_head=dict(in_channels=32),
    ),
}


@pytest.fixture(scope='module')
def dfew(tmp_path_factory):
    """Clips of noise; the last is shorter than what is sampled."""
    root = tmp_path_factory.mktemp('dfew')
    for subset, clips in (('train', TRAINED), ('test', TESTED)):
        split = root / f'EmoLabel_DataSplit/{subset}(single-labeled)/set_1.csv'
        split.parent.mkdir(parents=True)
        rows = [
            f'{clip},{label}' for clip, label in zip(clips, (7, 1, 2), strict=False)
        ]
        split.write_text('\n'.join(['video_name,label', *rows, '']))
    rng = np.random.default_rng(0)
    for clip in TRAINED + TESTED:
        folder = root / f'Clip/clip_224x224/{clip:05d}'
        folder.mkdir(parents=True)
        for k in range(1, 4 if clip == TESTED[-1] else 21):
            noise = rng.integers(0, 256, (SIZE, SIZE, 3), dtype=np.uint8)
            assert cv2.imwrite(str(folder / f'{clip:05d}_{k:05d}.jpg'), noise)
    return root


def shrunk(name, work_dir, arch):
    cfg = Config.fromfile(MIXING / f'{name}.py')
    cfg.work_dir = str(work_dir)
    cfg.model.merge(STOCK[name])
    if cfg.model.backbone.type == 'OpenCLIPVisual':
        cfg.model.backbone.arch = arch
    cfg.train_cfg.update(max_epochs=1, val_begin=2)
    for loader in (cfg.train_dataloader, cfg.val_dataloader):
        loader.update(batch_size=1, num_workers=0)
        for step in loader.dataset.pipeline:
            if step.type == 'Resize':
                step.scale = (SIZE, SIZE)
    cfg.test_dataloader = cfg.val_dataloader
    cfg.test_evaluator = [
        dict(type='DFERMetric'),
        dict(type='DumpPredictions', out_file=str(work_dir / 'predictions.jsonl')),
    ]
    cfg.default_hooks.explain.update(clips=[SHORT], when='test')
    cfg.default_hooks.checkpoint.interval = -1
    apply_precision(cfg)
    return cfg


@pytest.mark.parametrize('name', STOCK)
def test_trains_tests_and_draws(name, dfew, tmp_path, tiny_arch, monkeypatch):
    monkeypatch.setenv('DFEW_ROOT', str(dfew))
    runner = Runner.from_cfg(shrunk(name, tmp_path, tiny_arch))
    runner.train()
    assert runner.iter == 2
    assert {'dfer/UAR', 'dfer/WAR'} <= set(runner.test())
    matrix = json.loads((tmp_path / 'confusion_matrix.json').read_text())
    assert np.sum(matrix['matrix']) == len(TESTED)
    picture = cv2.imread(str(tmp_path / 'explain' / f'{SHORT}.png'))
    assert picture.std() > 10
    lines = read_predictions(tmp_path / 'predictions.jsonl')
    assert [line['num_valid'] for line in lines] == [16, 16, 3]
    explained = ['instance_scores' in line for line in lines]
    assert explained == [name == 'no-text_dfew'] * len(TESTED)


@pytest.mark.parametrize('path', sorted(MIXING.glob('*.py')), ids=lambda p: p.stem)
def test_every_config_names_what_is_registered(path):
    cfg = Config.fromfile(path)
    assert MODELS.get(cfg.model.type) and MODELS.get(cfg.model.backbone.type)
    assert 'save_best' not in cfg.default_hooks.checkpoint
    for loader in (cfg.train_dataloader, cfg.val_dataloader, cfg.test_dataloader):
        for step in loader.dataset.pipeline:
            assert TRANSFORMS.get(step.type) is not None
            assert step.get('num_frames', cfg.num_frames) == cfg.num_frames
    if 'weights' in cfg:
        assert re.fullmatch(r'https://download\.openmmlab\.com/.*\.pth', cfg.weights)
    pretrained = cfg.model.backbone.get('pretrained')
    tags = open_clip.list_pretrained_tags_by_model(cfg.get('arch', ''))
    assert pretrained in (None, 'openai', *tags) or pretrained.startswith('models://')
    assert cfg.load_from is None


@pytest.mark.slow
@pytest.mark.parametrize('path', sorted(MIXING.glob('*.py')), ids=lambda p: p.stem)
def test_every_config_builds_at_full_size(path):
    cfg = Config.fromfile(path)
    if 'tokenizer' in cfg.model.get('text_encoder', {}):  # of the hub
        cfg.model.text_encoder.tokenizer = CLIP_TOKENIZER
    model = MODELS.build(cfg.model)
    if cfg.model.type != 'TextGuidedRecognizer':
        return
    frames = cfg.num_frames // model.frames_per_instance
    assert frames >= 4 and cfg.num_frames % model.frames_per_instance == 0
