"""Values that mmengine would paste into the source of a config."""

import pytest
from mmengine.config import Config

from tgdfer_mm.run_config.files import refuse_pasted_settings

HARMLESS = '/data/My DFEW (1); #2!'
UNSAFE = ["it's", 'a "b"', 'a\\b', 'a\nb', 'a\rb', 'a{b', 'a}b']
CALLS = ['print(1)', '1;import this', '1 # and the rest', '!!python/name:os.system']


@pytest.fixture
def write(tmp_path, monkeypatch):
    monkeypatch.delenv('MY_ROOT', raising=False)

    def write(text, name='mine.py'):
        path = tmp_path / name
        path.write_text(text)
        return path

    return write


@pytest.mark.parametrize('value', UNSAFE)
def test_what_would_change_a_string_is_refused(write, value, monkeypatch):
    path = write("# mine\nroot = '{{$MY_ROOT:data/x}}/frames'\n")
    monkeypatch.setenv('MY_ROOT', value)
    with pytest.raises(ValueError) as caught:
        refuse_pasted_settings(path)
    message = str(caught.value)
    assert f'{path}, line 2: the environment variable MY_ROOT' in message
    assert "__import__('os').environ.get('MY_ROOT', 'data/x')" in message


def test_what_is_pasted_as_it_is_passes(write, monkeypatch):
    path = write("root = '{{$MY_ROOT:data/x}}/frames'\nn = {{'$MY_NUMBER:1'}}\n")
    refuse_pasted_settings(path)
    monkeypatch.setenv('MY_ROOT', HARMLESS)
    monkeypatch.setenv('MY_NUMBER', '-2.5e3')
    refuse_pasted_settings(path)
    cfg = Config.fromfile(path)
    assert (cfg.root, cfg.n) == (HARMLESS + '/frames', -2500)


@pytest.mark.parametrize('value', UNSAFE + CALLS)
@pytest.mark.parametrize(
    'name, text',
    [('mine.py', "n = {{'$MY_ROOT:1'}}\n"), ('mine.yml', 'n: {{$MY_ROOT:1}}\n')],
)
def test_outside_of_a_string_a_value_may_do_less(write, name, text, value, monkeypatch):
    monkeypatch.setenv('MY_ROOT', value)
    with pytest.raises(ValueError, match='line 1.*MY_ROOT'):
        refuse_pasted_settings(write(text, name))


@pytest.mark.parametrize(
    'base', ["'base.py'", "['other.py', 'ba' + 'se.py']", "'{{$MY_BASE:base}}.py'"]
)
def test_the_bases_are_read_too(write, base, monkeypatch):
    write('lr = 1\n', 'other.py')
    write("_base_ = 'deeper.py'\n", 'base.py')
    deeper = write("root = '{{$MY_ROOT:x}}'\n", 'deeper.py')
    path = write(f'_base_ = {base}\n')
    refuse_pasted_settings(path)
    monkeypatch.setenv('MY_ROOT', "it's")
    with pytest.raises(ValueError, match=f'{deeper}, line 1'):
        refuse_pasted_settings(path)


def test_nothing_of_a_config_runs(write, tmp_path):
    path = write(f"open({str(tmp_path / 'ran')!r}, 'w')\nroot = '{{{{$MY_ROOT:x}}}}'\n")
    refuse_pasted_settings(path)
    assert not (tmp_path / 'ran').exists()


def test_a_lazy_config_pastes_nothing(write, monkeypatch):
    monkeypatch.setenv('MY_ROOT', "it's")
    path = write("from torch import nn\nroot = '{{$MY_ROOT:x}}'\n")
    refuse_pasted_settings(path)
    assert Config.fromfile(path).root == '{{$MY_ROOT:x}}'
