"""docs/messages.md has messages that the code really gives, and every exit code."""

import ast
import re

import pytest

from lab.paths import DOCS, ROOT

PAGE = (DOCS / 'messages.md').read_text(encoding='utf-8')
OURS, OTHERS = PAGE.split('## Messages of other packages')
MESSAGES = re.findall(r'^\| `([^`]+)` \| ', OURS, re.MULTILINE)


def _text(node: ast.AST) -> str:
    if isinstance(node, ast.JoinedStr):
        parts = node.values
        return ''.join(p.value if isinstance(p, ast.Constant) else '...' for p in parts)
    return node.value


def _texts() -> str:
    found = []
    for folder in ('tgdfer_mm', 'tgdfer_cli'):
        for path in sorted((ROOT / folder).rglob('*.py')):
            for node in ast.walk(ast.parse(path.read_text(encoding='utf-8'))):
                if isinstance(node, ast.JoinedStr) or (
                    isinstance(node, ast.Constant) and isinstance(node.value, str)
                ):
                    found.append(' '.join(_text(node).split()))
    return '\n'.join(found)


@pytest.fixture(scope='module')
def said() -> str:
    """All texts in the code, one a line, with dots where something is filled in."""
    return _texts()


@pytest.mark.parametrize('message', MESSAGES)
def test_a_message_on_the_page_is_one_of_the_code(said, message):
    assert message in said


def test_there_are_the_twenty_commonest():
    assert len(MESSAGES) >= 20 == len(set(MESSAGES[:20]))


def test_every_exit_code_of_an_error_is_explained():
    codes = {
        int(code)
        for folder in ('tgdfer_mm', 'tgdfer_cli')
        for path in (ROOT / folder).rglob('*.py')
        for code in re.findall(
            r'exit_code = (\d+)|sys\.exit\((\d+)\)|return (130)\b',
            path.read_text(encoding='utf-8'),
        )
        for code in code
        if code
    }
    explained = {int(code) for code in re.findall(r'^\| (\d+) \|', OURS, re.MULTILINE)}
    assert explained >= codes >= {1, 2, 3, 5, 6, 130, 143}
