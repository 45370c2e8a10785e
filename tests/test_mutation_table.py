"""The table of the mutation run names files that are there, and all of the method's."""

import json
from pathlib import Path

ROOT = Path(__file__).parents[1]
TABLE = json.loads((ROOT / 'tests/mutation/tests_of.json').read_text(encoding='utf-8'))


def test_every_file_of_the_table_is_there():
    named = [*TABLE, *(test for tests in TABLE.values() for test in tests)]
    assert [name for name in named if not (ROOT / name).is_file()] == []


def test_every_model_and_metric_is_in_it():
    for folder in ('models', 'evaluation'):
        for path in (ROOT / 'tgdfer_mm' / folder).rglob('*.py'):
            if path.name != '__init__.py':
                assert path.relative_to(ROOT).as_posix() in TABLE
