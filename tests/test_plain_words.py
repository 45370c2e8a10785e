"""Texts are in plain words; plain_words.json has those that readers stumbled over."""

import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
WORDS = json.loads((ROOT / 'tests/plain_words.json').read_text(encoding='utf-8'))
# Pages that a command writes have rows named in version 0.1; these modules name them.
WRITTEN = {'performance.md', 'evidence.md', 'comparison.md'}
NAMING = {'data.py', 'tower.py', 'test_rows.py'}
TEXTS = [
    path
    for pattern in (
        'tgdfer_mm/**/*.py',
        'tgdfer_cli/*.py',
        'tools/**/*.py',
        'projects/**/*.py',
        'lab/**/*.py',
    )
    for path in sorted(ROOT.glob(pattern))
    if not (path.name in NAMING and 'benchmark' in path.parts)
] + [
    path
    for pattern in (
        '*.md',
        'docs/*.md',
        'lab/*.md',
        'projects/**/*.md',
        'configs/**/*.py',
    )
    for path in sorted(ROOT.glob(pattern))
    if path.name not in WRITTEN
]


@pytest.mark.parametrize('word', WORDS)
def test_a_word_that_is_not_plain_is_not_used(word):
    found = [
        f'{path.relative_to(ROOT)}:{number}: {line.strip()}'
        for path in TEXTS
        for number, line in enumerate(path.read_text(encoding='utf-8').splitlines(), 1)
        if re.search(word, line)
    ]
    assert len(TEXTS) > 100
    shown = '\n'.join(found[:20])
    assert not found, f'write {WORDS[word]!r} instead:\n{shown}'
