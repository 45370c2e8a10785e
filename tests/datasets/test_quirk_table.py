"""The table in docs/data.md names tests, findings and tools that exist."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / 'docs/data.md').read_text(encoding='utf-8')


def defined(path: Path) -> set[str]:
    """Tests of a file, as pytest names them."""
    found = set()
    for node in ast.parse(path.read_text(encoding='utf-8')).body:
        if isinstance(node, ast.ClassDef):
            found |= {f'{node.name}::{f.name}' for f in node.body if hasattr(f, 'name')}
        elif isinstance(node, ast.FunctionDef):
            found.add(node.name)
    return found


def test_every_named_test_exists():
    files = {p.name: p for p in (ROOT / 'tests').rglob('test_*.py')}
    named = re.findall(r'`(test_\w+\.py)::([\w:]+)`', PAGE)
    assert len(named) > 60
    known = {name: defined(files[name]) for name, _ in named}
    assert [f'{f}::{t}' for f, t in named if t not in known[f]] == []


def test_every_row_of_a_quirk_names_a_test():
    rows = [r for r in PAGE.split('## Quirks')[1].splitlines() if r.startswith('| ')]
    rows = [row for row in rows if not row.startswith('| quirk')]
    assert len(rows) > 40 and all('.py::test_' in r or '::Test' in r for r in rows)


def test_the_findings_are_those_of_the_code():
    folder = ROOT / 'tgdfer_mm/datasets/tools/check'
    call = re.compile(
        r"(?:error|errors|warning|note|say)\(\s*'([a-z0-9]+(?:-[a-z0-9]+)+)'"
    )
    raised = {
        code for path in folder.glob('*.py') for code in call.findall(path.read_text())
    }
    table = PAGE.split('| code |')[1].split('\n\n')[0]
    documented = set(re.findall(r'`([a-z0-9]+(?:-[a-z0-9]+)+)`', table))
    assert raised == documented and len(raised) > 30
