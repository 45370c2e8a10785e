"""The authors' spreadsheets against the lists."""

import sys
import zipfile

import pytest

from tgdfer_mm.datasets import annotation_tables
from tgdfer_mm.datasets.text_files import DataError
from tgdfer_mm.labels.classes import load_classes

openpyxl = pytest.importorskip('openpyxl')
HEADER = '1happy 2sad 3neutral 4angry 5surprise 6disgust 7fear order label'.split()


def save(path, rows):
    path.parent.mkdir(parents=True, exist_ok=True)
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    book.save(path)


def votes(label, order):
    row = [0] * 7
    row[label - 1] = 8
    row[label % 7] += 2
    return [*row, order, label]


def dfew_rows():
    # Three clips that no list has, and rows in another order than the lists'.
    known = [(1 + i, 1 + i // 2 % 7) for i in range(70)]
    mixed = [*[(n, 0) for n in (101, 102, 103)], *known[::-1]]
    return [
        votes(label, n) if label else [2, 2, 2, 2, 2, 0, 0, n, 0] for n, label in mixed
    ]


def test_dfew_votes(copy, check, small_facts):
    root = copy('dfew')
    save(root / 'Annotation/annotation.xlsx', [HEADER, *dfew_rows()])
    small_facts('dfew', tables={'votes': {'rows': 74}})
    report, found = check('dfew', root, counts='published')
    assert report['tables'] == {'votes': '73 rows'}
    assert '73 clips; published are 74' in found['table-rows']['message']
    assert 'table-label' not in found


def test_votes_of_other_clips_are_found(copy, check):
    root = copy('dfew')
    rows = dfew_rows()
    for i, row in enumerate(rows):
        row[7] = i + 1  # the number of the row, in the place of the clip's
    save(root / 'Annotation/annotation.xlsx', [HEADER, *rows])
    report, found = check('dfew', root)
    assert not report['ok'] and len(found['table-label']['examples']) > 30


def test_votes_that_do_not_fit_the_label(copy, check):
    root = copy('dfew')
    rows = dfew_rows()
    rows[-1][:7] = rows[-1][:7][::-1]
    save(root / 'Annotation/annotation.xlsx', [HEADER, *rows])
    _, found = check('dfew', root)
    assert found['votes-label']['examples'] == ('00001',)


@pytest.mark.parametrize('rows', [[HEADER[:-1]], [HEADER, [1, *dfew_rows()[0][1:]]]])
def test_a_malformed_sheet_is_named(copy, check, rows):
    root = copy('dfew')
    save(root / 'Annotation/annotation.xlsx', rows)
    report, found = check('dfew', root)
    assert 'annotation.xlsx' in found['table-unreadable']['message']
    assert not report['ok'] and report['tables'] == {'votes': 'unreadable'}


def test_mafw_sheets(copy, check):
    root = copy('mafw')
    emotions = load_classes('mafw')
    single = [[f'{1 + i:05d}.mp4', *[0] * 11, 1 + i // 2 % 11] for i in range(110)]
    save(
        root / 'Labels/single-set.xlsx', [['clip', *emotions, 'single_label'], *single]
    )
    multi = [['00200.mp4', *[0] * 11, '1,2'], ['00201.mp4', *[0] * 11, '6,9,10']]
    save(root / 'Labels/multi_set.xlsx', [['clip', *emotions, 'multi_label'], *multi])
    save(root / 'Labels/annotation.xlsx', [['clip', 'invalid'], ['00001.mp4', 0.93]])
    save(root / 'Labels/descriptive_text.xlsx', [['00001.mp4', '微笑', 'smiles']])
    report, found = check('mafw', root)
    assert report['ok'] and not {c for c in found if c.startswith('table')}
    assert report['tables'] == {
        'single_set': '110 rows',
        'multi_set': '2 rows',
        'captions': '1 rows',  # has no header, so its first row is a clip
        'annotation': '1 rows',
    }
    single[0][-1] = 11
    save(
        root / 'Labels/single-set.xlsx', [['clip', *emotions, 'single_label'], *single]
    )
    _, found = check('mafw', root)
    assert found['table-label']['examples'] == ('00001',)


@pytest.mark.parametrize(
    'name, cells, said',
    [
        ('single-set', [], 'None; expected one id'),
        ('single-set', ['happy'], "'happy'; expected one id"),
        ('single-set', ['1,2'], "'1,2'; expected one id"),
        ('single-set', [12], '12; expected one id from 1 to 11'),
        ('multi-set', ['1;2'], "'1;2'; expected ids"),
        ('multi-set', ['0,2'], "'0,2'; expected ids from 1 to 11"),
        ('multi-set', [1.5], '1.5; expected ids'),
    ],
)
def test_a_cell_that_is_no_label_is_named(copy, check, name, cells, said):
    root = copy('mafw')
    save(root / f'Labels/{name}.xlsx', [['clip', 'label'], ['00007.mp4', *cells]])
    report, found = check('mafw', root)
    message = found['table-unreadable']['message']
    assert f'{name}.xlsx: the last cell of clip 00007 is {said}' in message


def test_without_the_reader_of_sheets_a_note_says_so(copy, check, monkeypatch):
    monkeypatch.setitem(sys.modules, 'openpyxl', None)
    root = copy('dfew')
    path = root / 'Annotation/annotation.xlsx'
    path.parent.mkdir()
    path.write_bytes(b'')
    report, found = check('dfew', root)
    assert report['ok'] and report['tables'] == {'votes': 'not read'}
    assert f'{path} was not checked' in found['table-unread']['message']


def rewrite(path, old, new):
    """Changes what a sheet says, which no library would write."""
    with zipfile.ZipFile(path) as book:
        parts = {name: book.read(name) for name in book.namelist()}
    sheet = 'xl/worksheets/sheet1.xml'
    assert old in parts[sheet]
    parts[sheet] = parts[sheet].replace(old, new, 1)
    with zipfile.ZipFile(path, 'w', zipfile.ZIP_DEFLATED) as book:
        for name, content in parts.items():
            book.writestr(name, content)


def test_a_row_cannot_state_a_number_that_takes_hours(tmp_path, monkeypatch):
    monkeypatch.setattr(annotation_tables, '_ROWS', 1000)
    save(tmp_path / 'x.xlsx', [['clip']])
    rewrite(tmp_path / 'x.xlsx', b'<row r="1"', b'<row r="2000000000"')
    with pytest.raises(DataError, match='1,000 rows at most'):
        list(annotation_tables.read_table(tmp_path / 'x.xlsx'))


def test_rows_outside_of_the_size_that_a_sheet_states_are_read(tmp_path):
    save(tmp_path / 'x.xlsx', [['clip'], ['00001']])
    rewrite(tmp_path / 'x.xlsx', b'ref="A1:A2"', b'ref="A1:A1"')
    rows = annotation_tables.read_table(tmp_path / 'x.xlsx')
    assert list(rows) == [(1, ['clip']), (2, ['00001'])]


def test_a_sheet_that_unpacks_to_too_much_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(annotation_tables, '_MOST', 1 << 20)
    save(tmp_path / 'x.xlsx', [['clip']])
    rewrite(tmp_path / 'x.xlsx', b'</row>', b' ' * (1 << 20) + b'</row>')
    with pytest.raises(DataError, match='unpacked it would have'):
        list(annotation_tables.read_table(tmp_path / 'x.xlsx'))
