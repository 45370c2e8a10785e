"""Environment variables in configs: exact values, new names, and no code from them."""

import os
import re
import subprocess
import sys
import warnings
from pathlib import Path

import pytest
from mmengine.config import Config

import tgdfer_mm
from tgdfer_mm import environment, setting
from tgdfer_mm.paths import config_dir, tools_dir

CONFIGS = sorted(config_dir().rglob('*.py'))
ROOTS = {
    path: names
    for path in CONFIGS
    if (names := re.findall(r"environ\.get\('(\w+)'", path.read_text()))
}
ODD = '/tmp/it\'s a \\ "folder" {x} \\n \\1'


@pytest.fixture(autouse=True)
def _unset(monkeypatch):
    """No variable is set, and none has been warned of."""
    monkeypatch.setattr(environment, '_warned', set())
    for name in ('FOLD', 'LEVEL', 'VLM', 'SCENARIO'):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(f'TGDFER_{name}', raising=False)


@pytest.fixture
def no_warning():
    with warnings.catch_warnings():
        warnings.simplefilter('error', FutureWarning)
        yield


@pytest.mark.parametrize('path', CONFIGS, ids=lambda p: p.stem)
def test_no_config_pastes_a_variable_into_its_source(path):
    assert not re.search(r'\{\{[\'"]?\s*\$', path.read_text())


@pytest.mark.parametrize('path', ROOTS, ids=lambda p: p.stem)
def test_a_data_root_keeps_its_value_exactly(path, monkeypatch, tmp_path):
    for name in ROOTS[path]:
        monkeypatch.setenv(name, ODD)
    cfg = Config.fromfile(path)
    expected = ODD + '/hard' if path.stem == 'synthdfer' else ODD
    # The file that mmengine leaves in the work folder says the same.
    cfg.dump(tmp_path / 'dumped.py')
    for each in (cfg, Config.fromfile(tmp_path / 'dumped.py')):
        assert each.data_root == expected
        for loader in ('train_dataloader', 'test_dataloader'):
            assert each[loader].dataset.data_root == expected


def test_the_roots_of_all_data_sets_are_checked():
    assert {name for names in ROOTS.values() for name in names} == {
        *('DFEW_ROOT', 'FERV39K_ROOT', 'MAFW_ROOT', 'SYNTHDFER_ROOT'),
        *('CREMAD_ROOT', 'RAVDESS_ROOT', 'ENTERFACE05_ROOT'),
    }


@pytest.mark.parametrize('name', ['DFEW_ROOT', 'TGDFER_SCENARIO'])
def test_a_value_runs_nothing(name, monkeypatch, tmp_path):
    ran = tmp_path / 'ran'
    monkeypatch.setenv(name, f"' + str(open({str(ran)!r}, 'w')) + '")
    leaf = 'tgdfer_dfew' if name == 'DFEW_ROOT' else 'tgdfer_ferv39k_scenario'
    Config.fromfile(config_dir() / f'{leaf}.py')
    assert not ran.exists()


class TestSetting:
    def test_default_new_name_and_old_name(self, monkeypatch):
        assert setting('FOLD', '1') == '1'
        monkeypatch.setenv('FOLD', '2')
        with pytest.warns(FutureWarning, match='FOLD is now called TGDFER_FOLD'):
            assert setting('FOLD', '1') == '2'

    def test_the_new_name_wins_and_says_nothing(self, monkeypatch, no_warning):
        monkeypatch.setenv('FOLD', '2')
        monkeypatch.setenv('TGDFER_FOLD', '3')
        assert setting('FOLD', '1') == '3'

    def test_one_warning_for_each_old_name(self, monkeypatch):
        for name in ('LEVEL', 'VLM'):
            monkeypatch.setenv(name, 'x')
        with pytest.warns(FutureWarning) as caught:
            for name in ('LEVEL', 'VLM', 'LEVEL'):
                setting(name, 'y')
        assert [str(each.message).split()[3] for each in caught] == ['LEVEL', 'VLM']

    def test_the_warning_names_the_line_of_the_config(self, monkeypatch, tmp_path):
        path = tmp_path / 'mine.py'
        path.write_text("a = 1\nfold = __import__('tgdfer_mm').setting('FOLD', '1')\n")
        monkeypatch.setenv('FOLD', '2')
        with pytest.warns(FutureWarning) as caught:
            assert Config.fromfile(path).fold == '2'
        assert (caught[0].filename, caught[0].lineno) == (str(path), 2)

    @pytest.mark.parametrize('name', ['FOLD', 'TGDFER_FOLD'])
    def test_an_empty_value_is_an_error(self, name, monkeypatch):
        monkeypatch.setenv(name, '')
        with pytest.raises(ValueError, match=f'{name} is empty.*TGDFER_FOLD'):
            setting('FOLD', '1')


@pytest.mark.parametrize('old', ['', 'TGDFER_'])
def test_configs_read_the_settings_under_both_names(old, monkeypatch):
    values = dict(FOLD='4', LEVEL='dynamics', SCENARIO='anomaly_issues')
    for name, value in values.items():
        monkeypatch.setenv(old + name, value)
    with warnings.catch_warnings():
        warnings.simplefilter('ignore', FutureWarning)
        demo = Config.fromfile(config_dir() / 'tgdfer_demo.py')
        synth = Config.fromfile(config_dir() / '_base_/datasets/synthdfer.py')
        scenario = Config.fromfile(config_dir() / 'tgdfer_ferv39k_scenario.py')
    assert demo.train_dataloader.dataset.fold == 4
    assert synth.train_dataloader.dataset.level == 'dynamics'
    assert scenario.train_dataloader.dataset.scenario == 'anomaly_issues'


def test_a_user_of_the_training_tool_sees_the_warning(tmp_path):
    """In a process of its own, with Python's filters and those of mmengine."""
    config = tmp_path / 'mine.py'
    config.write_text(
        f'_base_ = {str(config_dir() / "tgdfer_dfew.py")!r}\n'
        "raise SystemExit('the config has been read')\n"
    )
    done = subprocess.run(
        [sys.executable, str(tools_dir() / 'train.py'), str(config)],
        cwd=tmp_path,
        env={
            **os.environ,
            'FOLD': '2',
            'PYTHONPATH': str(Path(tgdfer_mm.__file__).parents[1]),
        },
        capture_output=True,
        text=True,
    )
    assert 'the config has been read' in done.stderr
    assert done.stderr.count('FOLD is now called TGDFER_FOLD') == 1
