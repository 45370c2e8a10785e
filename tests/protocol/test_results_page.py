"""The page of results: complete, with the rule and the published rows."""

import cv2
import pytest
from rich.console import Console

from tgdfer_mm.protocol import aggregate, published_rows
from tgdfer_mm.protocol.results import difference
from tgdfer_mm.protocol.results_page import summary_table, write_report

ON_TEST = dict(rule='test', epoch=2, description='best epoch on test: optimistic')


@pytest.fixture
def report(make_result):
    """Two seeds of two folds, selected on the test clips."""
    runs = [(seed, fold) for seed in (0, 1) for fold in (1, 2)]
    meta = dict(dataset='DFEW')
    report = aggregate([make_result(*run, selection=ON_TEST, **meta) for run in runs])
    last = aggregate([make_result(*run, draw=9, **meta) for run in runs])
    report['last'] = dict(last, difference=difference(report, last))
    report['published'] = published_rows('DFEW', 'single', 7)
    return report


def test_the_markdown_has_every_part(report, tmp_path):
    write_report(report, tmp_path)
    text = (tmp_path / 'results.md').read_text()
    for name in ('UAR', 'WAR', 'macro F1', 'ECE', 'mean of folds', 'pooled'):
        assert name in text
    war = report['summary']['pooled']['WAR']
    assert f'{war["mean"]:.2f} ± {war["std"]:.2f}' in text
    assert 'chosen on the clips that it is tested on' in text
    gain = report['last']['difference']['pooled']['WAR']
    assert f'{gain:+.2f}' in text and 'last epoch' in text
    own = next(line for line in text.splitlines() if 'this protocol' in line)
    assert 'test clips' in own
    dk_clip = [line for line in text.splitlines() if line.startswith('| DK-CLIP')]
    assert len(dk_clip) == 2  # selected on test, and the last epoch from its logs
    heard = [line for line in text.splitlines() if line.startswith('| MMA-DFER')]
    assert heard and all('video and audio' in line for line in heard)
    assert 'R: README' in text
    widths = {line.count('|') for line in text.split('## Published')[1].splitlines()}
    assert widths == {0, 8}  # no cell breaks its table
    assert cv2.imread(str(tmp_path / 'confusion_matrix.png')).std() > 5


def test_the_screen_shows_the_rule_beside_the_numbers(report):
    console = Console(width=100, record=True, file=open('/dev/null', 'w'))
    console.print(summary_table(report))
    shown = console.export_text()
    war = report['summary']['mean_of_folds']['WAR']
    assert ON_TEST['description'] in shown
    assert f'{war["mean"]:.2f} ± {war["std"]:.2f}' in shown
    assert 'difference' in shown


def test_several_labels_and_unknown_rules(make_result, tmp_path):
    result = make_result(selection=None)
    result.meta.pop('selection')
    for i, line in enumerate(result.predictions):
        line['label'] = [int(i % (c + 2) == 0) for c in range(4)]
    write_report(aggregate([result]), tmp_path)
    text = (tmp_path / 'results.md').read_text()
    assert 'mAP' in text and 'macro AUC' in text and 'not known' in text
    assert not (tmp_path / 'confusion_matrix.png').exists()
    assert 'No published numbers of Made up' in text
