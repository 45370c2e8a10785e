"""Every config: self-contained, short, buildable; the real ones also run (slow)."""

from functools import cache
from pathlib import Path

import pytest
from mmengine.config import Config
from mmengine.registry import HOOKS as ROOT_HOOKS
from mmengine.runner import Runner

from tgdfer_mm.paths import config_dir
from tgdfer_mm.recipe.precision import apply_precision
from tgdfer_mm.registry import DATASETS, HOOKS, METRICS, MODELS, TEMPORAL, TRANSFORMS
from tgdfer_mm.synth.tree import SynthSpec, ensure_tree

LEAVES = sorted(Path(config_dir()).glob('*.py'))
BASELINES = sorted(Path(config_dir(), 'baselines').rglob('*.py'))
REAL = {'tgdfer_dfew': 'dfew', 'tgdfer_ferv39k': 'ferv39k', 'tgdfer_mafw': 'mafw'}


@cache
def read(path):
    """A config that nobody changes."""
    return Config.fromfile(path)


def types_of(node):
    if isinstance(node, dict):
        if 'type' in node:
            yield node['type']
        node = list(node.values())
    if isinstance(node, list | tuple):
        for child in node:
            yield from types_of(child)


@pytest.mark.parametrize('path', LEAVES + BASELINES, ids=lambda p: p.stem)
def test_every_name_in_a_config_is_registered(path):
    cfg = read(path)
    model = MODELS.get(cfg.model.type)
    assert model is not None, cfg.model.type
    for part in ('backbone', 'text_encoder', 'neck', 'cls_head', 'data_preprocessor'):
        for name in types_of(cfg.model.get(part, {})):
            if name != 'AvgConsensus' and not name.startswith('timm.'):
                assert MODELS.get(name) or TEMPORAL.get(name), name
    for loader in (cfg.train_dataloader, cfg.test_dataloader):
        assert DATASETS.get(loader.dataset.type) is not None
        for transform in loader.dataset.pipeline:
            assert TRANSFORMS.get(transform.type) is not None, transform.type
    for hook in [*cfg.default_hooks.values(), *cfg.get('custom_hooks', [])]:
        assert HOOKS.get(hook.type) or ROOT_HOOKS.get(hook.type), hook.type
    for name in types_of(cfg.test_evaluator):
        assert METRICS.get(name) is not None, name


@pytest.mark.parametrize('path', LEAVES + BASELINES, ids=lambda p: p.stem)
def test_no_config_selects_on_the_test_split_or_leaves_this_repository(path):
    cfg = read(path)
    assert 'save_best' not in cfg.default_hooks.checkpoint
    # The validation part is cut off the training clips.
    assert cfg.recipe.selection == 'last'
    text = path.read_text()
    assert '::' not in text


@pytest.mark.parametrize('path', LEAVES, ids=lambda p: p.stem)
def test_hooks_of_the_users_own_leave_the_checks_on(path, tmp_path):
    mine = tmp_path / 'mine.py'
    mine.write_text(f'_base_ = {str(path)!r}\ncustom_hooks = [dict(type="EMAHook")]')
    types = {hook.type for hook in Config.fromfile(mine).default_hooks.values()}
    assert {'CheckpointContractHook', 'ConfusionMatrixHook', 'ExplainHook'} <= types


@pytest.mark.parametrize('name', ['tgdfer_dfew', 'tgdfer_mafw', 'tgdfer_demo'])
def test_fold_comes_from_the_environment(name, monkeypatch):
    monkeypatch.setenv('TGDFER_FOLD', '3')
    cfg = Config.fromfile(Path(config_dir(), f'{name}.py'))
    assert cfg.train_dataloader.dataset.fold == 3
    assert cfg.test_dataloader.dataset.fold == 3


@pytest.mark.parametrize('name', ['dfew', 'ferv39k', 'mafw'])
def test_training_shuffles_the_lists_and_testing_does_not(name):
    cfg = Config.fromfile(Path(config_dir(), f'_base_/datasets/{name}.py'))
    assert cfg.train_dataloader.sampler.shuffle is True
    assert cfg.test_dataloader.sampler.shuffle is False


@pytest.mark.slow
@pytest.mark.parametrize('name', REAL)
def test_real_config_trains_and_evaluates_on_a_tree_of_its_layout(
    name, tmp_path, monkeypatch
):
    """Two training steps and one evaluation, random weights of the real tower."""
    root = tmp_path / 'data'
    spec = SynthSpec(layout=REAL[name], clips_per_class=1)
    ensure_tree(root, spec, report=lambda line: None)
    monkeypatch.setenv(f'{REAL[name].upper()}_ROOT', str(root))
    cfg = Config.fromfile(Path(config_dir(), f'{name}.py'))
    cfg.work_dir = str(tmp_path / 'work')
    for part in ('backbone', 'text_encoder'):
        cfg.model[part].pretrained = None
    cfg.train_cfg.max_epochs = 1
    for loader, clips in ((cfg.train_dataloader, 2), (cfg.val_dataloader, 1)):
        loader.update(batch_size=1, num_workers=1)
        loader.dataset.indices = clips
    cfg.test_dataloader = cfg.val_dataloader
    apply_precision(cfg)
    runner = Runner.from_cfg(cfg)
    runner.train()
    assert runner.iter == 2
    assert {'dfer/UAR', 'dfer/WAR'} <= set(runner.test())
    assert (tmp_path / 'work' / 'confusion_matrix.png').is_file()
