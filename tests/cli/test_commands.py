"""The command `tgdfer`: what it reads, what it imports, and how it ends."""

import inspect
import json
import runpy
import signal
import subprocess
import sys
import tempfile
from dataclasses import astuple
from pathlib import Path
from types import SimpleNamespace

import pytest
from torch._utils import ExceptionWrapper

from tgdfer_cli import common, convert, data_prepare
from tgdfer_cli import main as cli
from tgdfer_cli.main import COMMANDS, main, make_parser, parse
from tgdfer_mm import __version__
from tgdfer_mm.apis.app.uploads import Limits
from tgdfer_mm.convert import format_keys
from tgdfer_mm.datasets.tools.check.copies import DATASETS
from tgdfer_mm.datasets.tools.check.facts import COUNTS
from tgdfer_mm.datasets.tools.prepare import Limits as ArchiveLimits
from tgdfer_mm.engine.checkpoint_contract_hook import MISMATCHES
from tgdfer_mm.protocol.launch import LAUNCHERS
from tgdfer_mm.settings import parse_settings

ROOT = Path(__file__).parents[2]
# The scripts that mmaction2's users look for, and the command that each starts.
SCRIPTS = {
    'train.py': 'train',
    'test.py': 'test',
    'run_folds.py': 'folds',
    'sweep.py': 'sweep',
    'compare.py': 'compare',
    'infer.py': 'infer',
    'app.py': 'app',
    'export.py': 'export',
    'convert_checkpoint.py': 'convert',
    'publish_model.py': 'publish',
    'data/check.py': 'data check',
    'data/faces.py': 'data faces',
    'data/movements.py': 'data movements',
    'data/pack.py': 'data pack',
    'data/prepare.py': 'data prepare',
    'cache_features.py': 'features',
}


def choices(name, option):
    (action,) = [a for a in make_parser(name)._actions if a.dest == option]
    return tuple(action.choices)


def test_choices_are_those_of_the_library():
    assert common.MISMATCHES == tuple(MISMATCHES)
    assert common.DATASETS == tuple(DATASETS)
    assert common.COUNTS == tuple(COUNTS)
    assert convert.FORMATS == tuple(format_keys())
    assert choices('folds', 'launcher') == tuple(LAUNCHERS)


def test_defaults_are_those_of_the_library():
    assert [each[1] for each in data_prepare.LIMITS] == list(astuple(ArchiveLimits()))
    args, limits = parse('app', []), Limits()
    assert (args.max_mb, args.max_seconds) == (limits.megabytes, limits.seconds)
    assert args.keep_minutes * 60 == limits.keep
    assert args.max_minutes * 60 == limits.work


def test_help_of_a_command_imports_no_library():
    heavy = ['numpy', 'torch', 'mmengine', 'tgdfer_mm', 'rich']
    script = (
        'import contextlib, io, json, sys\n'
        'from tgdfer_cli.main import main\n'
        'found = {}\n'
        f'for name in {list(COMMANDS)}:\n'
        '    said = io.StringIO()\n'
        '    try:\n'
        '        with contextlib.redirect_stdout(said):\n'
        "            main([*name.split(), '--help'])\n"
        '    except SystemExit as end:\n'
        f'        heavy = [m for m in {heavy} if m in sys.modules]\n'
        '        found[name] = [said.getvalue(), end.code, heavy]\n'
        'print(json.dumps(found))\n'
    )
    done = subprocess.run(
        [sys.executable, '-c', script],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    found = json.loads(done.stdout)
    assert list(found) == list(COMMANDS)
    for name, (text, code, imported) in found.items():
        assert (name, code, imported) == (name, 0, [])
        assert text.startswith(f'usage: tgdfer {name} ')


@pytest.mark.parametrize('name', COMMANDS)
def test_each_option_has_help_that_names_its_default(name):
    parser = make_parser(name)
    formatter = parser._get_formatter()
    for action in parser._actions:
        assert action.help, action.dest
        default = action.default
        if action.dest != 'help' and not (
            default is None or default in (False, [], '')
        ):
            assert f'(default: {default})' in formatter._expand_help(action)


def test_the_overview_lists_every_command_with_a_line(capsys):
    with pytest.raises(SystemExit) as end:
        main(['--help'])
    assert end.value.code == 0
    lines = capsys.readouterr().out.splitlines()
    for name in COMMANDS:
        (line,) = [each for each in lines if each.startswith(f'  {name:16}')]
        assert len(line.split()) > 5
    with pytest.raises(SystemExit):
        main(['data', '--help'])
    said = capsys.readouterr().out
    assert 'data pack' in said and 'train' not in said


def test_the_version_is_the_packages(capsys):
    with pytest.raises(SystemExit) as end:
        main(['--version'])
    assert end.value.code == 0
    assert capsys.readouterr().out == f'tgdfer {__version__}\n'


@pytest.mark.parametrize(
    ('words', 'said'),
    [
        (['trian'], "no command 'trian'; did you mean 'train'?"),
        (['data', 'chek'], "no command 'chek'; did you mean 'check'?"),
        (['weights'], "no command 'weights'"),
        (['models', 'gte'], 'gte'),
        (['--verbose'], 'no command'),
        (['train'], 'config'),
        (
            ['train', 'c.py', '--cfg-options', 'lr'],
            '\'lr\' has no "=": write key=value',
        ),
    ],
)
def test_a_line_that_cannot_be_read_ends_with_2(words, said, capsys):
    with pytest.raises(SystemExit) as end:
        main(words)
    assert end.value.code == 2
    assert said in capsys.readouterr().err


@pytest.mark.parametrize('words', [[], ['data']])
def test_no_command_shows_the_commands_and_ends_with_2(words, capsys):
    assert main(words) == 2
    assert 'data check' in capsys.readouterr().err


@pytest.mark.parametrize('words', [['train', 'tgdfer_dem'], ['features', 'x', 'f']])
def test_a_config_that_is_not_there_is_a_message_and_2(words, capsys):
    assert main(words) == 2
    said = capsys.readouterr().err
    assert said.startswith(f'error: {words[1]}: there is no such file')


@pytest.fixture
def ends_with(monkeypatch, capsys, tmp_path):
    """Runs a command that ends with an error; its code and what it says of it."""
    monkeypatch.setattr(tempfile, 'tempdir', str(tmp_path))

    def run(error):
        def fail(args):
            raise error

        monkeypatch.setattr(cli._module('publish'), 'run', fail)
        code = main(['publish', 'a.pth', 'b.safetensors'])
        return code, capsys.readouterr().err

    return run


def test_an_error_that_nobody_foresaw_is_a_sentence_and_its_trace_is_kept(
    ends_with, tmp_path
):
    code, said = ends_with(KeyError('a fault of ours'))
    assert code == 1 and 'Traceback' not in said
    assert (
        said.startswith("error: KeyError: 'a fault of ours' (in ") and __file__ in said
    )
    [trace] = tmp_path.iterdir()
    assert str(trace) in said
    assert 'in fail' in trace.read_text() and 'a fault of ours' in trace.read_text()


def test_a_trace_that_cannot_be_kept_is_left_out(ends_with, monkeypatch):
    def full(**kwargs):
        raise OSError(28, 'No space left on device')

    monkeypatch.setattr(tempfile, 'NamedTemporaryFile', full)
    code, said = ends_with(KeyError('a fault of ours'))
    assert code == 1 and said.endswith('the reason, please report it.\n')


@pytest.mark.parametrize(
    ('error', 'said'),
    [
        (OSError(28, 'No space left on device', 'x.json'), 'x.json: cannot be read or'),
        (PermissionError(13, 'Permission denied', 'y'), 'y: cannot be read or written'),
        (OSError('p cannot be written: no room'), 'p cannot be written: no room'),
    ],
)
def test_a_file_that_cannot_be_used_is_named_with_code_2(ends_with, error, said):
    code, text = ends_with(error)
    assert code == 2 and text.startswith(f'error: {said}')


@pytest.mark.parametrize('gpus', ['0', '-1', 'x'])
def test_a_run_has_at_least_one_process(gpus, capsys):
    with pytest.raises(SystemExit) as caught:
        parse('folds', ['tgdfer_demo', f'--gpus={gpus}'])
    assert caught.value.code == 2 and '--gpus' in capsys.readouterr().err


def test_ctrl_c_is_a_message_and_130(ends_with):
    code, said = ends_with(KeyboardInterrupt())
    assert code == 130 and 'stopped with Ctrl-C' in said


def test_ctrl_c_during_the_import_is_a_message_and_130(monkeypatch, capsys):
    def stop():
        raise KeyboardInterrupt

    monkeypatch.setattr(cli, '_import_package', stop)
    assert main(['infer', 'x.mp4']) == 130
    assert 'stopped with Ctrl-C' in capsys.readouterr().err


def test_settings_have_the_values_that_mmengine_reads():
    words = ['a.lr=5e-5', 'b=[1,(2,x)]', 'c=None', 'd=true', 'e=p=q', 'f=text']
    options = ['--cfg-options', *words[:2], '--cfg-options', *words[2:]]
    args = parse('train', ['c.py', *options])
    assert args.cfg_options == words
    assert parse_settings(args.cfg_options) == {
        'a.lr': 5e-5,
        'b': [1, (2, 'x')],
        'c': None,
        'd': True,
        'e': 'p=q',
        'f': 'text',
    }
    assert parse_settings(parse('train', ['c.py']).cfg_options) == {}


def test_every_command_has_a_script_and_every_script_its_command():
    # mmaction2 has no tools of that kind.
    ours = ['calibrate', 'find', 'groups', 'models', 'models get', 'texts']
    assert sorted([*SCRIPTS.values(), *ours]) == sorted(COMMANDS)


@pytest.mark.parametrize('script', SCRIPTS)
def test_a_script_starts_its_command(script, monkeypatch):
    started = []

    def record(argv):
        started.append(list(argv))
        return 7

    monkeypatch.setattr(cli, 'main', record)
    monkeypatch.setattr(sys, 'argv', [script, 'one', '--two'])
    monkeypatch.setattr(sys, 'path', list(sys.path))
    with pytest.raises(SystemExit) as end:
        runpy.run_path(str(ROOT / 'tools' / script), run_name='__main__')
    assert end.value.code == 7
    assert started == [[*SCRIPTS[script].split(), 'one', '--two']]


@pytest.mark.parametrize('name', COMMANDS)
def test_every_command_hands_its_options_to_a_function(name):
    run = cli._module(name).run
    source = inspect.getsource(run)
    module = source.split('from ')[1].split(' import ')[0]
    function = __import__(module, fromlist=['run']).run
    inspect.signature(function).bind(None)


def test_python_m_does_the_same():
    done = subprocess.run(
        [sys.executable, '-m', 'tgdfer_mm', 'compare', 'nowhere', 'there'],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 2
    # Nothing before the message: no warning of other packages greets a user.
    assert done.stderr.startswith('error: nowhere: there is no'), json.dumps(
        done.stderr
    )


class _RefusedError(ValueError):
    exit_code = 2


def test_an_error_of_a_loader_s_process_is_told_without_its_stack(monkeypatch, capsys):
    def run(args):
        try:
            raise _RefusedError('x.pack is damaged')
        except _RefusedError:
            ExceptionWrapper(where='in DataLoader worker process 0').reraise()

    monkeypatch.setattr(cli, '_module', lambda name: SimpleNamespace(run=run))
    monkeypatch.setattr(cli, 'parse', lambda name, words: None)
    assert cli.main(['train']) == 2
    assert capsys.readouterr().err == 'error: x.pack is damaged\n'


@pytest.mark.parametrize(
    'words',
    [
        ['folds', 'tgdfer_demo', '--seeds', 'x'],
        ['folds', 'tgdfer_demo', '--launcher', 'slurm'],
        ['folds', 'no_such_config'],
        ['publish', 'no.pth', 'out.safetensors'],
        ['publish', 'no.pth', 'out.pth'],
        ['train', 'tgdfer_demo', '--launcher', 'pytorch'],
        ['sweep', 'no_such_config', 'synth'],
        ['sweep', 'tgdfer_synth', 'no_such_space'],
        ['sweep', 'tgdfer_synth', 'synth', '--val-part', '1'],
    ],
)
def test_wrong_arguments_end_with_2(words, capsys, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    for name in ('RANK', 'TGDFER_FOLD', 'FOLD', 'LOCAL_RANK'):
        monkeypatch.delenv(name, raising=False)
    before = signal.getsignal(signal.SIGTERM)
    assert cli.main(words) == 2
    assert signal.getsignal(signal.SIGTERM) is before
    assert capsys.readouterr().err.startswith('error: ')
    assert not list(tmp_path.iterdir())
