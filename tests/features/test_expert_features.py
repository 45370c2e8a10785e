"""A frozen classifier of single faces under TG-DFER's parts: trained, and cached."""

import copy
from pathlib import Path

import pytest
import torch
from mmengine.config import Config
from safetensors.torch import save_file

from tgdfer_mm.datasets.feature_store import FeatureCacheError
from tgdfer_mm.features import Plan, train_on_features
from tgdfer_mm.models import MiniXception
from tgdfer_mm.paths import config_dir
from tgdfer_mm.recipe.precision import apply_precision

from ..models.onnx_files import write_onnx

AUGMENTING = ('RandomResizedCrop', 'Flip', 'ColorJitter')


@pytest.fixture
def expert_weights(tmp_path):
    """Random weights of mini-Xception whose features are not all alike."""
    torch.manual_seed(5)
    network = MiniXception()
    for norm in network.modules():
        if isinstance(norm, torch.nn.BatchNorm2d):
            torch.nn.init.uniform_(norm.weight, 0.5, 2.0)
            torch.nn.init.normal_(norm.bias)
    save_file(network.state_dict(), tmp_path / 'expert.safetensors')
    return str(tmp_path / 'expert.safetensors')


@pytest.fixture
def shipped(clips, expert_weights, tmp_path, monkeypatch):
    """The shipped config, on few clips and without augmentation."""
    monkeypatch.setenv('DFEW_ROOT', str(clips))

    def make(**changes):
        path = Path(config_dir(), 'mixing/tgdfer_expert-xception_dfew.py')
        cfg = Config.fromfile(path)
        cfg.work_dir = str(tmp_path / 'work')
        cfg.model.backbone.pretrained = expert_weights
        cfg.train_cfg.update(max_epochs=1, val_begin=2)
        # Else Adam makes a whole step of rounding where there is no gradient.
        cfg.optim_wrapper.optimizer.update(eps=0.01, fused=False)
        for loader in (cfg.train_dataloader, cfg.val_dataloader):
            loader.update(batch_size=4, num_workers=0)
            loader.dataset.label_base = 1  # the lists of so few clips do not show it
            pipeline = loader.dataset.pipeline
            loader.dataset.pipeline = [s for s in pipeline if s.type not in AUGMENTING]
            for step in loader.dataset.pipeline:
                if step.type == 'Resize':
                    step.scale = (64, 64)
        cfg.test_dataloader = copy.deepcopy(cfg.val_dataloader)
        cfg.default_hooks.explain.num = 0
        cfg.randomness = dict(seed=3)
        cfg.merge_from_dict(changes)
        apply_precision(cfg)
        return cfg

    return make


def test_it_trains_and_cached_features_give_the_same_losses(shipped, run, tmp_path):
    slow, runner, scores = run(shipped())
    tower = runner.model.backbone
    assert not any(p.requires_grad for p in tower.parameters())
    assert len(slow) == 2 and len(set(slow)) == 2
    fast, _, same = run(train_on_features(shipped(), tmp_path / 'cache'))
    assert fast == pytest.approx(slow, abs=1e-4)
    torch.testing.assert_close(scores, same, atol=1e-4, rtol=0)


def test_features_of_another_onnx_file_have_another_key(shipped, tmp_path):
    keys = set()
    for seed in (1, 2):
        path = tmp_path / f'{seed}.onnx'
        write_onnx(path, classes=128, seed=seed)
        tower = dict(_delete_=True, type='OnnxExpert', file=str(path), gives='features')
        keys.add(Plan(shipped(**{'model.backbone': tower})).key)
    assert len(keys) == 2


def test_what_is_trained_or_has_no_weights_is_not_cached(shipped):
    with pytest.raises(FeatureCacheError, match='not frozen'):
        _ = Plan(shipped(**{'model.backbone.frozen': False})).key
    with pytest.raises(FeatureCacheError, match='no pretrained weights'):
        _ = Plan(shipped(**{'model.backbone.pretrained': None})).key
