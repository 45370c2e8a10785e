"""The tables about data in the docs name tests, findings and tools that exist."""

import ast
import re
from pathlib import Path

from tgdfer_mm.datasets.tools.check.findings import load_texts

ROOT = Path(__file__).parents[2]
PAGES = [
    (ROOT / f'docs/{name}.md').read_text(encoding='utf-8')
    for name in ('data', 'open_data')
]
_DOUBTS = ('ambiguous', 'copies')  # about the place of a list or of the pixels


def defined(path: Path) -> set[str]:
    """Tests of a file, and their classes, as pytest names them."""
    found = set()
    for node in ast.parse(path.read_text(encoding='utf-8')).body:
        if isinstance(node, ast.ClassDef):
            names = [f.name for f in node.body if hasattr(f, 'name')]
            found |= {node.name, *(f'{node.name}::{name}' for name in names)}
        elif isinstance(node, ast.FunctionDef):
            found.add(node.name)
    return found


def test_every_named_test_exists():
    files = {p.name: p for p in (ROOT / 'tests').rglob('test_*.py')}
    named = re.findall(r'`(test_\w+\.py)::([\w:]+)`', ' '.join(PAGES))
    assert len(named) > 60
    known = {name: defined(files[name]) for name, _ in named}
    assert [f'{f}::{t}' for f, t in named if t not in known[f]] == []


def test_every_row_of_a_quirk_names_a_test():
    parts = [re.split(r'^## Quirks$', page, flags=re.M)[1] for page in PAGES]
    parts = [re.split(r'^## ', part, flags=re.M)[0] for part in parts]
    rows = [r for part in parts for r in part.splitlines() if r.startswith('| ')]
    rows = [row for row in rows if not row.startswith('| quirk')]
    assert len(rows) > 40 and all('.py::test_' in r or '::Test' in r for r in rows)


def test_the_findings_are_those_of_the_code():
    documented = {}
    for page in PAGES:
        table = page.split('| code |')[1].split('\n\n')[0]
        for row in table.splitlines()[2:]:
            codes, severity = row.split('|')[1:3]
            for code in re.findall(r'`([a-z0-9-]+)`', codes):
                documented[code] = severity.split(',')[0].strip()
    texts = load_texts().items()
    assert {k.split('/')[0]: text['severity'] for k, text in texts} == documented
    assert len(documented) > 30


def test_every_text_of_a_finding_is_used():
    folder = ROOT / 'tgdfer_mm/datasets/tools/check'
    code = '\n'.join(path.read_text('utf-8') for path in folder.glob('*.py'))
    found = {f'{kind}-{doubt}' for kind in ('list', 'media') for doubt in _DOUBTS}
    assert [k for k in load_texts() if f"'{k}'" not in code and k not in found] == []
