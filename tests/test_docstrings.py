"""Every section of a docstring stands on lines of its own."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FOLDERS = ('tgdfer_mm', 'tgdfer_cli', 'lab', 'projects', 'tools')
SECTION = r'(Args|Returns|Raises|Attributes|Yields):'
# Words after the heading, words before it, and a heading that is indented.
BROKEN = re.compile(rf'^\s*{SECTION}\s*\S|\S\W*\b{SECTION}\s*$|^\s+{SECTION}')
# A file without such a line needs no parsing, which takes most of the time.
SUSPECT = re.compile(rf'{SECTION}(?!\n)|\S ?{SECTION}|\n {{8}} *{SECTION}')
DOCUMENTED = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef


def broken_lines(source):
    """The lines of docstrings with a heading that is not alone, or is indented."""
    if not SUSPECT.search(source):
        return []
    texts = [
        ast.get_docstring(node) or ''
        for node in ast.walk(ast.parse(source))
        if isinstance(node, DOCUMENTED)
    ]
    return [x for text in texts for x in text.split('\n') if BROKEN.search(x)]


def test_sections_of_docstrings_have_lines_of_their_own():
    paths = sorted(p for folder in FOLDERS for p in (ROOT / folder).rglob('*.py'))
    found = {
        str(path.relative_to(ROOT)): lines
        for path in paths
        if (lines := broken_lines(path.read_text(encoding='utf-8')))
    }
    assert paths
    assert not found


@pytest.mark.parametrize(
    'line',
    [
        'Args: texts: N texts.',
        'Returns: Remarks.',
        '    Attributes:',
        '    people: The speakers.Returns:',
    ],
)
def test_a_section_within_a_paragraph_is_found(line):
    source = f'def f():\n    """One.\n\n    Two.\n\n    {line}\n    """\n'
    assert broken_lines(source) == [line]
    whole = 'def f():\n    """One.\n\n    Returns:\n        Two.\n    """\n'
    assert broken_lines(whole) == []
