"""Every option that a message or a page names exists."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tgdfer_cli.main import COMMANDS, make_parser

ROOT = Path(__file__).parents[2]
OPTION = re.compile(r'(?<![\w-])--[a-z][a-z0-9_-]*')
LOGGERS = {'--backend-store-uri', '--logdir'}  # of mlflow and tensorboard
# Of pytest, pip, torchrun, checks of pages and mmaction2's tools; and one that a script
# adds in a loop.
FOREIGN = {
    *LOGGERS,
    *('--field', '--include-outliers', '--keys', '--shape'),
    *('--basetemp', '--branch', '--dist', '--index-url', '--no-deps'),
    *('--nproc_per_node', '--nnodes', '--local_addr', '--pairs'),
    *('--no-cache', '--strict'),
    *('--rdzv_backend', '--rdzv_conf', '--rdzv_endpoint'),
}

PIP = {'--dest', '--disable-pip-version-check', '--no-deps', '--only-binary'}


def options_of(*commands: str) -> set[str]:
    parsers = map(make_parser, commands)
    return {o for parser in parsers for o in parser._option_string_actions}


def options_of_scripts() -> set[str]:
    folders = 'tools', 'lab', 'projects', 'tests/own'
    scripts = [p for folder in folders for p in (ROOT / folder).rglob('*.py')]
    texts = (path.read_text(encoding='utf-8') for path in scripts)
    return {o for text in texts for o in re.findall(r"'(--[a-z][a-z0-9_-]*)'", text)}


def texts_of(path: Path) -> Iterator[str]:
    """The texts in a module, or the whole of a page."""
    content = path.read_text(encoding='utf-8')
    if path.suffix != '.py':
        yield content
        return
    for node in ast.walk(ast.parse(content)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def unknown(paths: list[Path], known: set[str]) -> list[str]:
    return [
        f'{path.relative_to(ROOT)}: {option}'
        for path in paths
        for text in texts_of(path)
        for option in OPTION.findall(text)
        if option not in known
    ]


def test_messages_name_options_that_exist():
    paths = [*(ROOT / 'tgdfer_mm').rglob('*.py'), *(ROOT / 'tgdfer_cli').rglob('*.py')]
    known = options_of(*COMMANDS) | PIP | LOGGERS | {'--version'}
    assert unknown(paths, known) == []


def test_pages_name_options_that_exist():
    paths = [*ROOT.glob('*.md'), *(ROOT / 'docs').rglob('*.md')]
    paths += [p for p in (ROOT / 'configs').rglob('*') if p.suffix in ('.md', '.py')]
    known = options_of(*COMMANDS) | options_of_scripts() | FOREIGN | {'--version'}
    assert unknown(paths, known) == []


@pytest.mark.parametrize(
    ('modules', 'commands'),
    [
        (['plain_checkpoints.py'], []),  # every command loads with it
        (
            ['apis', 'video'],
            ['infer', 'find', 'app', 'export', 'models', 'calibrate', 'train'],
        ),
        (['convert'], ['convert']),
        (['protocol'], ['folds', 'compare', 'groups', 'train', 'test', 'sweep']),
    ],
    ids=str,
)
def test_messages_of_a_command_name_its_own_options(modules, commands):
    found = [ROOT / 'tgdfer_mm' / name for name in modules]
    paths = [
        p for each in found for p in ([each] if each.suffix else each.rglob('*.py'))
    ]
    assert unknown(paths, options_of(*commands)) == []
