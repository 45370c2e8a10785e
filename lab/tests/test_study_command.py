"""Commands of studies check their page before they measure."""

import sys
from importlib import import_module

import pytest

from lab.paths import ROOT

TOOLS = sorted(
    path.stem
    for path in (ROOT / 'lab/tools').glob('*.py')
    if 'study_parser' in path.read_text(encoding='utf-8')
)


@pytest.mark.parametrize('name', TOOLS)
def test_a_page_that_cannot_be_written_is_named_before_measuring(
    name, tmp_path, monkeypatch
):
    tool = import_module(f'lab.tools.{name}')
    monkeypatch.setattr(tool, 'measuring', None)
    (tmp_path / 'other.md').write_text('A page without marks.\n')
    for page, why in (('absent', 'absent.md'), ('other', 'has no place between')):
        call = ['tool', '--docs', str(tmp_path / f'{page}.md'), '--out', str(tmp_path)]
        monkeypatch.setattr(sys, 'argv', call)
        with pytest.raises(SystemExit, match=f'Nothing is measured.*{why}'):
            tool.main()
    assert len(TOOLS) == 8
