"""The laboratory's configs pass the checks of the package's."""

import re
from runpy import run_path

import pytest
from mmengine.config import Config

from lab.paths import CONFIGS, ROOT

CHECKS = run_path(str(ROOT / 'tests/test_configs.py'))
FILES = sorted(CONFIGS.rglob('*.py'))


@pytest.mark.parametrize('path', FILES, ids=lambda p: f'{p.parent.name}/{p.stem}')
@pytest.mark.parametrize(
    'check',
    [
        'test_every_name_in_a_config_is_registered',
        'test_no_config_selects_on_the_test_split_or_leaves_this_repository',
    ],
)
def test_a_config_passes(check, path):
    CHECKS[check](path)


@pytest.mark.parametrize('path', FILES, ids=lambda p: f'{p.parent.name}/{p.stem}')
def test_no_config_pastes_a_variable_into_its_source(path):
    assert not re.search(r'\{\{[\'"]?\s*\$', path.read_text())


def test_the_settings_reach_the_config(monkeypatch):
    for name, value in dict(FOLD='4', LEVEL='dynamics', VLM='mine.pth').items():
        monkeypatch.setenv(f'TGDFER_{name}', value)
    full = Config.fromfile(CONFIGS / 'ablations/full.py')
    assert full.train_dataloader.dataset.fold == 4
    assert full.train_dataloader.dataset.level == 'dynamics'
    assert full.model.backbone.pretrained == 'mine.pth'
