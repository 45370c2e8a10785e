"""The page gets a table that says whether targets are met, and a plot."""

import shutil
from pathlib import Path

import pytest

from lab.benchmark.pairs import read_results
from lab.benchmark.report import END, START, write_report
from lab.paths import DOCS

WHERE = dict(machine='Some CPU, 2 threads', torch='2.6', date='2026-01-02')
ROWS = [
    dict(
        name='tower/training',
        unit='clip',
        **dict(what='training ÷ its bare tower', ratio=1.052, ratio_95=[1.04, 1.07]),
        **dict(ours_s=2.1, theirs_s=2.0, target=1.06, settings=dict(clips=2), **WHERE),
    ),
    dict(
        name='loader/training',
        unit='clip',
        **dict(what='loading ÷ stock', ratio=0.7, ratio_95=[0.6, 0.8]),
        **dict(ours_s=3.1e-4, theirs_s=2e-6, target=0.5, settings={}),
        **{**WHERE, 'machine': 'Another', 'date': '2026-03-04'},
    ),
    dict(
        name='decode/turbojpeg',
        unit='clip',
        what='not measured',
        reason='no library',
        target=None,
        settings={},
        **WHERE,
    ),
    dict(
        name='growth/frames',
        unit='clip',
        what='cost against frames',
        points=[
            dict(frames=n, training_s=n / 10, training_MB=900 + n) for n in (8, 16, 32)
        ],
        exponents=dict(training_s=1.0),
        target=None,
        settings={},
        **WHERE,
    ),
]


@pytest.fixture
def page(tmp_path):
    path = tmp_path / 'performance.md'
    path.write_text(f'# Title\n\n{START}\nold\n{END}\n\nThe end.\n')
    return path


def test_the_table_replaces_what_is_between_the_marks(page):
    picture = page.parent / 'images/growth.png'
    for _ in range(2):  # again, and nothing piles up
        write_report(ROWS, page, picture)
    text = page.read_text()
    assert text.startswith(f'# Title\n\n{START}\n') and text.endswith('The end.\n')
    assert 'old' not in text and text.count('tower/training') == 1
    lines = {line.split(' | ')[0]: line for line in text.splitlines()}
    assert (
        '1.052 [1.04, 1.07] | ≤ 1.06, met | 2.1 s | 2 s | clip |'
        in lines['| tower/training']
    )
    assert '≤ 0.5, **missed** | 310 µs | 2 µs | clip |' in lines['| loader/training']
    assert 'no library' in lines['| decode/turbojpeg']
    assert 'Measured 2026-01-02 to 2026-03-04.' in text
    assert 'Machine 1: Another, torch 2.6.' in text
    assert '| 32 | 3.2 | 932 |' in text and '](images/growth.png)' in text
    assert picture.read_bytes().startswith(b'\x89PNG') and picture.stat().st_size > 5000


def test_a_page_without_marks_is_left_alone(page):
    page.write_text('# Mine\n')
    with pytest.raises(ValueError, match='lacks'):
        write_report(ROWS, page, page.parent / 'x.png')
    assert page.read_text() == '# Mine\n'


def test_the_page_is_what_the_command_writes_of_its_results(tmp_path):
    shipped = DOCS / 'performance.md'
    page = Path(shutil.copy(shipped, tmp_path))
    results = read_results(shipped.with_suffix('.json'))
    write_report(results, page, tmp_path / 'images/performance_growth.png')
    assert page.read_text(encoding='utf-8') == shipped.read_text(encoding='utf-8')
