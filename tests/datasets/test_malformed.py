"""Lists that editors, spreadsheets and other people's code have been at.

Each either reads as the authors' own does, or is an error that names file and line.
"""

import pytest

from tgdfer_mm.datasets import (
    DFEWDataset,
    FERV39kDataset,
    MAFWDataset,
    SplitFileError,
)
from tgdfer_mm.datasets.text_files import read_lines

LISTS = {
    'dfew': (DFEWDataset, 'EmoLabel_DataSplit/train(single-labeled)/set_1.csv'),
    'ferv39k': (FERV39kDataset, '4_setups/All_scenes/train_All.csv'),
    'mafw': (MAFWDataset, 'Train & Test Set/single/no_caption/set_3/train.txt'),
}
KINDS = {
    'as the authors have it': lambda text: text.encode(),
    'Windows line ends': lambda text: text.replace('\n', '\r\n').encode(),
    'old Mac line ends': lambda text: text.replace('\n', '\r').encode(),
    'byte order mark': lambda text: b'\xef\xbb\xbf' + text.encode(),
    'no end of the last line': lambda text: text.rstrip('\n').encode(),
    'empty lines': lambda text: text.replace('\n', '\n\n').encode() + b'\n \n',
    'blanks at the ends': lambda text: text.replace('\n', '  \n').encode(),
    'GB18030': lambda text: text.encode('gb18030'),
}


def labels(dataset):
    entries = (dataset.get_data_info(i) for i in range(len(dataset)))
    return {entry['clip']: entry['label'] for entry in entries}


def build(layout, root):
    cls, path = LISTS[layout]
    return cls(root, 'train', **(dict(fold=3) if layout == 'mafw' else {})), path


@pytest.mark.parametrize('layout', LISTS)
def test_the_same_list_however_it_was_saved(layout, request):
    root = request.getfixturevalue(layout)
    dataset, path = build(layout, root)
    expected = labels(dataset)
    text = (root / path).read_text().replace('\r\n', '\n')
    for kind, save in KINDS.items():
        (root / path).write_bytes(save(text))
        assert labels(build(layout, root)[0]) == expected, kind


def test_tabs_separate_as_blanks_do(ferv39k, mafw):
    for layout, root in (('ferv39k', ferv39k), ('mafw', mafw)):
        dataset, path = build(layout, root)
        text = (root / path).read_text()
        (root / path).write_text(text.replace(' ', '\t'))
        assert labels(build(layout, root)[0]) == labels(dataset)


BAD = [
    ('dfew', 'video_name;label\n1;3\n', 1, 'the header should be'),
    ('dfew', '1,3\n2,4\n', 1, 'if this line is a clip, put the header before it'),
    ('dfew', 'video_name,label\n1\t3\n', 2, "expected '<number>,<label>'"),
    ('dfew', 'video_name,label\n1,3\n1.5,3\n', 3, "'1.5,3'"),
    ('dfew', 'video_name,label\n1,3\nclip2,3\n', 3, "'clip2,3'"),
    ('dfew', 'video_name,label\n1,-1\n', 2, "'1,-1'"),
    ('dfew', 'video_name,label\n1,happy\n', 2, "'1,happy'"),
    ('dfew', 'video_name,label\n00001 66 5\n', 2, "'00001 66 5'"),
    ('dfew', 'video_name,label\n1,3\n\n1,3\n', 4, '00001 is already in line 2'),
    ('dfew', 'video_name,label\n1,9\n', 2, 'label 9 is out of range'),
    ('dfew', f'video_name,label\n1,7\n2,{"9" * 5000}\n', 3, 'expected'),
    ('dfew', f'video_name,label\n{"9" * 5000},7\n', 2, 'expected'),
    ('dfew', 'video_name,label\n1,1e3\n', 2, "'1,1e3'"),
    ('dfew', 'video_name,label\n1,3.0\n', 2, "'1,3.0'"),
    ('dfew', 'video_name,label\n1,\uff13\n', 2, "'1,\uff13'"),
    ('dfew', 'video_name,label\n1,3\x00\n', 2, 'expected'),
    ('dfew', f'video_name,label\n{"1," * 2_000_000}\n', 2, 'more characters'),
    ('ferv39k', 'path label\nWar/Sad/0000 Sad\n', 1, 'no header, remove this line'),
    ('ferv39k', 'War/Sad/0000,Sad\n', 1, "expected '<Scene>/<Class>/<4 digits>"),
    ('ferv39k', 'War/Sad/0000 Sad\nWar/Sad/abcd Sad\n', 2, "'War/Sad/abcd Sad'"),
    ('ferv39k', 'War/Sad/0000 7\nWar/Sad/0001 0\n', 1, 'label 7 is out of range'),
    ('ferv39k', 'Wra/Sad/0000 Sad\n', 1, "unknown scene 'Wra'.*'War'"),
    ('ferv39k', 'War/Sad/\uff10\uff10\uff10\uff10 Sad\n', 1, 'expected'),
    ('ferv39k', f'War/Sad/{"0" * 5000} Sad\n', 1, 'expected'),
    ('ferv39k', 'War/Sad/0000\x00 Sad\n', 1, 'expected'),
    ('mafw', f'{"0" * 3_000_000}.mp4 anger\n', 1, 'more characters'),
    ('mafw', '0002\uff10.mp4 anger\n', 1, 'expected'),
    ('mafw', '00020.mp4 anger\x00\n', 1, 'unknown class'),
    ('mafw', 'clip label\n00020.mp4 anger\n', 1, "'clip label'"),
    ('mafw', '00020.mp4,anger\n', 1, "'00020.mp4,anger'"),
    ('mafw', '00020.mp4 anger\nabcde.mp4 fear\n', 2, "'abcde.mp4 fear'"),
    ('mafw', '00020.mp4 1\n00021.mp4 fear\n', 2, 'expected .*line 1 says'),
    ('mafw', '00020.mp4 anger\r\n00020.mp4 fear\r\n', 2, 'already in line 1'),
]


@pytest.mark.parametrize('layout, text, line, words', BAD)
def test_errors_name_file_and_line(layout, text, line, words, request):
    root = request.getfixturevalue(layout)
    name = LISTS[layout][1]
    (root / name).write_bytes(text.encode())
    with pytest.raises(SplitFileError, match=rf', line {line}: (?s:.)*{words}') as err:
        build(layout, root)
    assert str(root / name) in str(err.value)
    assert len(str(err.value)) < 2000
    assert err.value.exit_code == 2


@pytest.mark.parametrize('layout', LISTS)
def test_an_empty_list(layout, request):
    root = request.getfixturevalue(layout)
    (root / LISTS[layout][1]).write_text('')
    with pytest.raises(ValueError, match='lists no clip|the header should be'):
        build(layout, root)


def test_encodings(tmp_path):
    path = tmp_path / 'list.txt'
    path.write_bytes('皱眉\r\nb\u2028c\x85d\n'.encode('gb18030'))
    # Only line ends end a line, and the first encoding that fits is taken.
    assert read_lines(path, ('utf-8', 'gb18030')) == ['皱眉', 'b\u2028c\x85d', '']
    with pytest.raises(SplitFileError, match=r'list.txt, line 1: .*not UTF-8 text'):
        read_lines(path)
    path.write_bytes(b'one\ntwo\nthr\xffe\n')
    with pytest.raises(SplitFileError, match=r'line 3: .*UTF-8.* nor gb18030 text'):
        read_lines(path, ('utf-8-sig', 'gb18030'))
    path.write_bytes('video_name,label\n'.encode('utf-16'))
    with pytest.raises(SplitFileError, match='line 1: .*not UTF-8 text'):
        read_lines(path)
