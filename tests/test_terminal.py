"""Names from outside are shown, and never steer the terminal they are printed on."""

import ast
import io
import logging
import warnings
import zipfile
from pathlib import Path

import pytest
from mmengine.logging import print_log
from rich.table import Table

import tgdfer_cli
import tgdfer_mm
from tgdfer_cli.main import COMMANDS, main
from tgdfer_mm.apis import command as infer
from tgdfer_mm.apis.result_table import print_result
from tgdfer_mm.convert.conversion_report import Report
from tgdfer_mm.datasets.tools.check.report import print_report
from tgdfer_mm.terminal import (
    Terminal,
    complain,
    guard_streams,
    one_line,
    saying_only,
    visible,
)

NAMES = {
    'a colour': '\x1b[31mred\x1b[0m',
    'a cleared screen': '\x1b[2J\x1b[H',
    'a title': '\x1b]0;owned\x07',
    'a link': '\x1b]8;;http:evil\x1b\\here\x1b]8;;\x1b\\',
    'C1': '\x9b31m\x9d0;owned\x9c\x85',
    'a line of its own': 'x\nerror: all is lost',
    'a line from its start': 'x\rwrote nothing',
    'steps back': 'x\b\b\b\x7f',
    'bidi overrides': '\u202egpj.\u2066exe\u2069',
    'nothing to see': 'a\u200b\ufeffb\u2028c\u2029d',
    'markup': '[red]x[bold] [link=http:evil]y [@click=z]z',
    'the end of what was not begun': 'x[/bold]',
    'an emoji': ':smile:',
    'no text': 'x\udcff\udc80',
    'vertical tabs': 'x\x0b\x0c',
}
ALL = ''.join(NAMES.values())


def assert_harmless(text, name=None):
    assert all(c.isprintable() or c in '\n\t' for c in text)
    assert 'x\nerror: all' not in text and '😄' not in text
    if name is not None:
        assert one_line(name) in text


@pytest.fixture(params=NAMES.values(), ids=NAMES)
def name(request):
    return request.param


@pytest.fixture(params=[False, True], ids=['file', 'terminal'])
def shown(request):
    """A console, and what of its text a person would see; styles are left out."""
    file = io.StringIO()
    styles = dict(force_terminal=True, color_system=None) if request.param else {}
    return Terminal(file=file, width=4000, **styles), file


@pytest.fixture(autouse=True)
def as_before(monkeypatch):
    """What commands set for the whole process."""
    before = logging.getLogRecordFactory()
    monkeypatch.setattr(warnings, 'formatwarning', warnings.formatwarning)
    yield
    logging.setLogRecordFactory(before)


def test_what_is_printable_stays_as_it_is():
    for text in ('vidéo 中文 𝔘', 'a\tb\nc', "back\\slash '[1]'"):
        assert visible(text) == text
    assert one_line('a\nb\tc') == r'a\nb\tc'
    assert visible('\x1b\u202e\U000e0001') == r'\x1b\u202e\U000e0001'
    assert visible(visible(ALL)) == visible(ALL)


def test_text_and_tables(name, shown):
    console, file = shown
    table = Table(name, title=name, caption=name)
    table.add_row(name)
    for each in (name, table):
        console.print(each, name, soft_wrap=True)
        assert_harmless(file.getvalue().replace('x\nerror', ''))
        for part in name.split('\n'):
            assert file.getvalue().count(one_line(part)) >= 2


def test_the_result_of_a_video(name, shown, tmp_path):
    console, file = shown
    interval = dict(start=0.0, end=1.0, emotion='happy', score=0.5)
    track = dict(id=0, start=0.0, end=1.0, label=name, score=0.5, intervals=[interval])
    result = dict(
        source=dict(path=name, duration=1.0),
        complete=True,
        tracks=[dict(track, label=one_line(name))],
        warnings=[f'{name}: odd'],
        model=dict(name='x', note=None, domain='real'),
    )
    print_result(result, console)
    infer._show([tmp_path / name], console)
    assert_harmless(file.getvalue(), name)
    assert file.getvalue().count(one_line(name)) == 5


def test_the_report_of_a_check(name, shown):
    console, file = shown
    report = dict(
        dataset='dfew',
        root=name,
        counts='none',
        places=[dict(media=name, pixel_version=name, path=name)],
        media_dir=name,
        training=[],
        config=dict(data_root=name),
        sizes=[],
        recordings={},
        tables={},
        findings=[dict(severity='error', code='x', message=name, advice=name)],
        deep=False,
    )
    print_report(report, console)
    assert_harmless(file.getvalue(), name)


def test_the_report_of_a_conversion(name, shown):
    console, file = shown
    report = Report(name, '0', 'clip', [name], [name], matched={name: name})
    report.missing, report.misfit = [name], {name: name}
    report.show(console)
    assert_harmless(file.getvalue(), name)


def test_errors_logs_and_warnings(name, capsys):
    guard_streams()
    complain(name)
    said = capsys.readouterr().err
    assert_harmless(said)
    assert all(line.startswith('  ') for line in said.splitlines()[1:])
    record = logging.getLogRecordFactory()
    made = record('x', logging.INFO, 'x', 1, '%s is odd', (name,), None)
    assert_harmless(logging.Formatter().format(made).replace('x\nerror', ''))
    assert_harmless(
        warnings.formatwarning(name, UserWarning, 'x', 1, '').replace('x\nerror', '')
    )
    print_log(f'Loads {name}')  # as mmengine does of a checkpoint
    said = capsys.readouterr().out
    assert said.startswith('Loads ')
    assert_harmless(said.replace('x\nerror', ''))


@pytest.mark.parametrize('command', COMMANDS)
def test_an_option_of_such_a_name(command, capsys):
    with pytest.raises(SystemExit) as end:
        main([*command.split(), f'--{ALL}'.replace(' ', '')])
    assert end.value.code == 2
    assert_harmless(capsys.readouterr().err)


@pytest.mark.parametrize(
    'words',
    [
        ('infer', ALL),
        ('infer', '--model', ALL, 'x.mp4'),
        ('find', ALL, ALL),
        ('models', '--default', ALL),
        ('models', 'get', ALL),
        ('export', '--out', 'x.onnx', '--model', ALL),
        ('data', 'check', 'dfew', ALL),
        ('data', 'prepare', 'dfew', ALL, 'to'),
        ('data', 'pack', ALL, 'x.pack'),
        ('train', ALL),
        ('train', 'tgdfer_demo', '--cfg-options', f'{ALL}=1'),
        ('test', ALL, 'x'),
        ('features', ALL, 'x'),
        ('folds', ALL),
        ('compare', ALL, 'x'),
        ('publish', ALL, 'x.safetensors'),
        ('convert', ALL, 'x.pth'),
        (ALL,),
    ],
    ids=lambda words: ' '.join(words).replace(ALL, 'NAME'),
)
def test_a_word_of_such_a_name(words, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    try:
        code = main(words)
    except SystemExit as end:
        code = end.code
    said = capsys.readouterr()
    assert code
    assert_harmless(said.out + said.err)
    assert r'\x1b[31m' in said.out + said.err


def test_names_in_archives_of_such_a_name(tmp_path, capsys):
    source = tmp_path / f'clip_224x224_part_1{NAMES["a colour"]}\n.zip'
    outside = tmp_path / 'other.zip'
    with zipfile.ZipFile(outside, 'w') as archive:
        for name in NAMES.values():
            archive.writestr(name.encode(errors='replace').decode(), b'')
    assert main(['data', 'prepare', 'dfew', str(outside), str(tmp_path / 'to')])
    said = capsys.readouterr()
    assert_harmless(said.out + said.err)
    assert r'other.zip: \x1b[31mred' in said.out
    with zipfile.ZipFile(source, 'w') as archive:
        archive.writestr(f'../{NAMES["a title"]}', b'')
    assert main(['data', 'prepare', 'dfew', str(source), str(tmp_path / 'to')]) == 1
    said = capsys.readouterr()
    assert_harmless(said.out + said.err)
    assert r'\x1b[31mred' in said.err and r'\x1b]0;owned\x07' in said.err


def test_nothing_else_prints():
    """Neither the package nor its commands print in another way."""
    for package in (tgdfer_mm, tgdfer_cli):
        for path in Path(package.__file__).parent.rglob('*.py'):
            if path.name == 'terminal.py':
                continue
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.ImportFrom) and node.module == 'rich.console':
                    names = {alias.name for alias in node.names}
                    assert 'Console' not in names, path
                called = getattr(node, 'func', None)
                if isinstance(called, ast.Name) and called.id == 'print':
                    own = [isinstance(each, ast.Constant) for each in node.args]
                    assert all(own) or path.name == 'main.py', path


def test_a_logger_says_all_again_also_after_an_error():
    logger = logging.getLogger('tgdfer_mm.tests.chatty')
    logger.setLevel(logging.INFO)
    with pytest.raises(KeyError), saying_only(logger, logging.ERROR):
        assert not logger.isEnabledFor(logging.WARNING)
        raise KeyError
    assert logger.isEnabledFor(logging.INFO)
