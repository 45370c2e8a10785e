"""Shipped configs are found by their name."""

from pathlib import Path

import pytest
from mmengine.config import Config

from tgdfer_mm import paths
from tgdfer_mm.paths import UnknownConfigError, config_dir, find_config


@pytest.fixture(autouse=True)
def elsewhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize(
    ('name', 'file'),
    [
        ('tgdfer_demo', 'tgdfer_demo.py'),
        ('tgdfer_demo.py', 'tgdfer_demo.py'),
        ('configs/tgdfer_demo.py', 'tgdfer_demo.py'),
        ('baselines/m3dfel_dfew', 'baselines/m3dfel_dfew.py'),
        ('m3dfel_dfew', 'baselines/m3dfel_dfew.py'),
        ('_base_/default_runtime.py', '_base_/default_runtime.py'),
    ],
)
def test_a_name_finds_its_config(name, file):
    assert find_config(name) == config_dir() / file


def test_a_file_of_the_user_wins():
    Path('tgdfer_demo').write_text('a = 1')
    assert find_config('tgdfer_demo') == Path('tgdfer_demo')


def test_an_unknown_name_lists_close_ones():
    with pytest.raises(UnknownConfigError, match='no such file.*tgdfer_demo'):
        find_config('tgdfer_dem')
    with pytest.raises(UnknownConfigError, match='baselines/m3dfel_dfew'):
        find_config('m3dfel_dfe')
    with pytest.raises(UnknownConfigError, match='All are in'):
        find_config('/nowhere/qqqqqqqq.py')
    with pytest.raises(UnknownConfigError):  # blocks are not configs
        find_config('default_runtime')


def test_a_name_of_several_configs_asks_for_the_folder(tmp_path, monkeypatch):
    for name in ('a/base.py', 'b/base.py', '_base_/base.py'):
        path = tmp_path / name
        path.parent.mkdir()
        path.touch()
    monkeypatch.setattr(paths, 'config_dir', lambda: tmp_path)
    with pytest.raises(UnknownConfigError, match='write one of a/base, b/base.$'):
        find_config('base')


def test_a_config_inherits_from_a_shipped_one_by_its_name(tmp_path):
    mine = tmp_path / 'mine.py'
    mine.write_text("_base_ = ['tgdfer_mm::_base_/default_runtime.py']\nmine = 1\n")
    ours = Config.fromfile(config_dir() / '_base_/default_runtime.py')
    found = Config.fromfile(mine)
    assert found.pop('mine') == 1
    assert found.to_dict() == ours.to_dict()
    mine.write_text("_base_ = 'tgdfer_mm::tgdfer_dfew'\n")
    assert (
        Config.fromfile(mine).model
        == Config.fromfile(config_dir() / 'tgdfer_dfew.py').to_dict()['model']
    )
    mine.write_text("_base_ = 'tgdfer_mm::nothing'\n")
    with pytest.raises(UnknownConfigError, match='nothing'):
        Config.fromfile(mine)
    mine.write_text("_base_ = 'unheard_of::a/b.py'\n")
    with pytest.raises(AssertionError, match='unheard_of'):
        Config.fromfile(mine)
