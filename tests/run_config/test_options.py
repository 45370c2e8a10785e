"""Single settings of a config, changed by their keys."""

import pytest
from mmengine.config import Config

from tgdfer_mm.run_config.options import OptionError, merge_options


@pytest.fixture
def cfg():
    return Config(dict(model=dict(heads=[dict(time=dict(type='a', width=1, depth=2))])))


TIME = 'model.heads.0.time'


def test_a_note_names_the_settings_that_a_part_of_another_type_keeps(cfg, capsys):
    merge_options(cfg, {f'{TIME}.type': 'b', f'{TIME}.width': 3})
    said = capsys.readouterr().err
    assert said.startswith(f'note: --cfg-options {TIME}.type=b: settings of a stay: ')
    assert 'depth' in said and 'width' not in said and f'{TIME}._delete_=True' in said
    assert cfg.model.heads[0].time == dict(type='b', width=3, depth=2)


def test_no_advice_to_delete_where_mmengine_would_not(capsys):
    cfg = Config(dict(pipeline=[dict(type='a', width=1)]))
    merge_options(cfg, {'pipeline.0.type': 'b'})
    said = capsys.readouterr().err
    assert 'settings of a stay: width. State them as b needs' in said
    assert '_delete_' not in said
    assert cfg.pipeline == [dict(type='b', width=1)]


@pytest.mark.parametrize(
    'options',
    [
        {f'{TIME}.type': 'a'},
        {f'{TIME}.width': 3},
        {f'{TIME}.type': 'b', f'{TIME}.width': 3, f'{TIME}.depth': 4},
        {f'{TIME}.type': 'b', f'{TIME}._delete_': True},
        {'model.neck.type': 'b'},
    ],
)
def test_no_note_where_nothing_unexpected_stays(cfg, options, capsys):
    merge_options(cfg, options)
    assert not capsys.readouterr().err


def test_the_inherited_settings_can_be_removed(cfg):
    merge_options(cfg, {f'{TIME}.type': 'b', f'{TIME}._delete_': True})
    assert cfg.model.heads[0].time == dict(type='b')


def test_a_key_into_a_value_is_refused(cfg):
    with pytest.raises(OptionError, match='which has no entries'):
        merge_options(cfg, {f'{TIME}.width.type': 'b'})
