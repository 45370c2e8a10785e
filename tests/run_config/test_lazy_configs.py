"""Configs of mmengine's lazy kind mean what the others mean."""

from pathlib import Path

import pytest
from mmengine.config import Config
from mmengine.registry import RUNNERS

import tgdfer_mm
from tgdfer_mm.paths import find_config
from tgdfer_mm.run_config.files import ConfigFileError, read_config

FOLDER = Path(tgdfer_mm.__file__).parent / 'configs'
NAMES = sorted(p.stem for p in FOLDER.glob('tgdfer_*.py'))

INHERITING = """
from collections import OrderedDict

from mmengine.config import read_base
from tgdfer_mm.datasets import SynthDFEWDataset
from tgdfer_mm.models.temporal import TransformerTemporal

with read_base():
    from tgdfer_mm.configs.tgdfer_demo import *

model.cls_head.temporal = dict(type=TransformerTemporal, heads=4)
train_dataloader.dataset.update(type=SynthDFEWDataset, clips_per_class=1)
train_dataloader.num_workers = 0
val_dataloader.update(num_workers=0)
val_dataloader.dataset.update(clips_per_class=1)
test_dataloader = val_dataloader
train_cfg.max_epochs = 1
custom_hooks = [dict(type=OrderedDict)]
"""


@pytest.fixture
def write(tmp_path):
    def write_it(text, name='lazy.py'):
        path = tmp_path / name
        path.write_text(text, encoding='utf-8')
        return path

    return write_it


def test_a_module_is_the_shipped_config(write):
    text = 'from mmengine.config import read_base\nwith read_base():\n'
    lazy = read_config(
        write(f'{text}    from tgdfer_mm.configs.tgdfer_demo import *\n')
    )
    assert lazy.to_dict() == read_config(find_config('tgdfer_demo')).to_dict()


@pytest.mark.parametrize('name', NAMES)
def test_each_module_is_that_of_its_name(name):
    assert f"shipped('{name}')" in (FOLDER / f'{name}.py').read_text(encoding='utf-8')
    assert find_config(name).stem == name


def test_classes_are_names_and_imports_are_no_settings(write):
    cfg = read_config(write(INHERITING))
    assert cfg.model.cls_head.temporal == dict(type='transformer', heads=4)
    assert cfg.train_dataloader.dataset.type == 'SynthDFEWDataset'
    assert not {'read_base', 'SynthDFEWDataset', 'TransformerTemporal'} & set(cfg)
    # One that is in no registry stays what it is.
    assert cfg.custom_hooks[0].type.__name__ == 'OrderedDict'


def test_a_base_of_no_package_is_named(write):
    text = 'from mmengine.config import read_base\nwith read_base():\n'
    path = write(f'{text}    from no_such_package.configs.x import *\n')
    with pytest.raises(ConfigFileError, match="no package 'no_such_package' is"):
        read_config(path)


@pytest.mark.slow
def test_a_lazy_config_trains_on_drawn_faces(write, tmp_path):
    text = INHERITING.replace('[dict(type=OrderedDict)]', '[]')
    more = f'work_dir = {str(tmp_path / "work")!r}\n'
    for subset in ('train', 'val'):
        more += f'{subset}_dataloader.dataset.data_root = {str(tmp_path / "data")!r}\n'
    more += 'default_hooks.explain.num = 0\n'
    more += 'val_evaluator = test_evaluator = [dict(type="DFERMetric")]\n'
    # As mmaction2's own tools do it, which know nothing of our reading of configs.
    cfg = Config.fromfile(write(text + more))
    RUNNERS.build(cfg).train()
    kept = Config.fromfile(tmp_path / 'work/fold1/lazy.py')
    assert kept.model.cls_head.temporal.type == 'transformer'
    assert (tmp_path / 'work/fold1/epoch_1.pth').is_file()
