"""A user's list of clips: what people and spreadsheet programs write."""

import pytest
from openpyxl import Workbook

from tgdfer_mm.datasets.own_lists import read_list
from tgdfer_mm.datasets.own_reading import read_own
from tgdfer_mm.datasets.text_files import DataError, SplitFileError


@pytest.fixture
def root(tmp_path):
    """Videos that no test opens, in folders with names of all kinds."""
    for name in ('a.mp4', 'b.mp4', 'größe/fünf.mp4', 'one, two/c 1.mp4', 'd.mp4'):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b'video')
    return tmp_path


def write(root, text, encoding='utf-8'):
    path = root / 'clips.csv'
    path.write_bytes(text.encode(encoding))
    return path


def labels(data):
    return {clip.name: clip.labels for clip in data.clips}


@pytest.mark.parametrize('separator', [',', ';', '\t'])
@pytest.mark.parametrize('encoding', ['utf-8', 'utf-8-sig', 'utf-16', 'cp1252'])
def test_a_list_of_any_program_is_read(root, separator, encoding):
    rows = [
        ('path', 'label', 'person', 'split'),
        ('größe/fünf.mp4', 'fröhlich', 'Jörg', 'Train'),
        ('"one, two/c 1.mp4"', '"traurig"', 'Ann', 'TEST'),
        ('a.mp4', 'traurig', '', 'dev'),
    ]
    text = '\r\n'.join(separator.join(row) for row in rows)
    data = read_list(write(root, text, encoding))
    assert labels(data) == {
        'größe/fünf.mp4': {'fröhlich': 1},
        'one, two/c 1.mp4': {'traurig': 1},
        'a.mp4': {'traurig': 1},
    }
    assert [clip.person for clip in data.clips] == ['Jörg', 'Ann', None]
    assert [clip.split for clip in data.clips] == ['train', 'test', 'val']
    assert [clip.line for clip in data.clips] == [2, 3, 4]
    said = any('is read as cp1252' in each for each in data.remarks)
    assert said == (encoding == 'cp1252')


def test_a_line_of_excel_about_separators_is_no_header(root):
    data = read_list(write(root, 'sep=;\npath;label\na.mp4;happy\nb.mp4;sad'))
    assert labels(data) == {'a.mp4': {'happy': 1}, 'b.mp4': {'sad': 1}}


def test_a_quote_may_follow_a_space(root):
    data = read_list(write(root, 'path,label\n a.mp4, "happy;sad"\nb.mp4, sad\n'))
    assert labels(data) == {'a.mp4': {'happy': 1, 'sad': 1}, 'b.mp4': {'sad': 1}}


def test_line_ends_in_quotes_belong_to_the_cell(root):
    text = 'path,label,note\na.mp4,happy,"two\nlines"\nb.mp4,sad,\nb.mp4,happy,\n'
    with pytest.raises(DataError, match=r'line 5: the clip b.mp4 is .*line 4'):
        read_list(write(root, text))


def test_a_sheet_is_read_as_a_text_is(root):
    book = Workbook()
    for row in (['path', 'happy', 'sad'], ['a.mp4', 3, 1], ['b.mp4', None, 2.0]):
        book.active.append(row)
    book.save(root / 'clips.xlsx')
    data = read_list(root / 'clips.xlsx')
    assert data.kind == 'soft'
    assert labels(data) == {'a.mp4': {'happy': 0.75, 'sad': 0.25}, 'b.mp4': {'sad': 1}}


def test_shares_are_divided_by_their_sum(root):
    data = read_list(
        write(root, 'path,label\na.mp4,happy:0.7;sad:0.3\nb.mp4,happy:7 ; sad:1\n')
    )
    assert data.kind == 'soft'
    assert labels(data)['a.mp4'] == pytest.approx({'happy': 0.7, 'sad': 0.3})
    assert labels(data)['b.mp4'] == pytest.approx({'happy': 7 / 8, 'sad': 1 / 8})


def test_a_soft_list_may_be_sure_of_some_clips(root):
    data = read_list(write(root, 'path,label\na.mp4,happy:1;sad:1\nb.mp4,sad\n'))
    assert labels(data) == {'a.mp4': {'happy': 0.5, 'sad': 0.5}, 'b.mp4': {'sad': 1}}


def test_several_classes_all_hold(root):
    data = read_list(write(root, 'path,label\na.mp4,happy;surprise\nb.mp4,sad\n'))
    assert data.kind == 'multi'
    assert labels(data)['a.mp4'] == {'happy': 1, 'surprise': 1}


def test_spellings_of_one_class_are_united_and_that_is_said(root):
    write(
        root,
        'path,label\na.mp4,Happy\nb.mp4, happy \nd.mp4,happy\n"one, two/c 1.mp4",sad\n',
    )
    data = read_own(root)
    assert data.classes == ('happy', 'sad')
    assert {c.main_class for c in data.clips if c.name[0] in 'abd'} == {'happy'}
    assert "['happy', 'Happy'] are taken for one class" in ' '.join(data.remarks)


def test_paths_may_be_absolute_outside_and_of_windows(root, tmp_path_factory):
    other = tmp_path_factory.mktemp('elsewhere') / 'x.mp4'
    other.write_bytes(b'video')
    text = f'path,label\n{root / "a.mp4"},happy\n{other},sad\n"größe\\fünf.mp4",sad\n'
    data = read_list(write(root, text))
    assert [c.name for c in data.clips] == ['a.mp4', other.as_posix(), 'größe/fünf.mp4']
    assert all(clip.path.is_file() for clip in data.clips)


def test_what_cannot_be_used_is_counted_by_class(root):
    (root / 'empty.mp4').touch()
    (root / 'folder').mkdir()
    (root / 'picture.jpg').write_bytes(b'jpg')
    text = 'path,label\na.mp4,happy\nnone.mp4,happy\nnot.mp4,sad\nempty.mp4,sad\n'
    text += 'folder,sad\npicture.jpg,sad\nb.mp4,sad\n'
    data = read_list(write(root, text))
    assert [clip.name for clip in data.clips] == ['a.mp4', 'b.mp4']
    said = ' '.join(data.losses())
    assert '2 left out' in said and '(happy 1, sad 1)' in said
    assert 'none.mp4 (line 3), not.mp4 (line 4)' in said
    for words in ('does not exist', 'is empty', 'holds no picture', 'single picture'):
        assert words in said


def test_a_clip_of_several_classes_that_is_left_out_counts_once(root):
    data = read_list(write(root, 'path,label\na.mp4,x;y\nnone.mp4,y;x\n'))
    [said] = data.losses()
    assert '1 left out' in said and '(y 1)' in said


@pytest.mark.parametrize(
    ('text', 'words'),
    [
        ('', 'is empty'),
        ('a.mp4,happy\n', 'line 1: the first row has to name the columns'),
        ('path,label\na.mp4,\n', 'line 2: the label is missing'),
        ('path,label\n,happy\n', 'line 2: the path is missing'),
        ('path,label\na.mp4,happy:0.5;sad\n', 'line 2: .*a share of some classes only'),
        ('path,label\na.mp4,happy:0;sad:0\n', 'line 2: all classes have a share of 0'),
        ('path,label\na.mp4,happy;Happy\n', 'line 2: .*names a class twice'),
        ('path,happy,sad\na.mp4,x,1\n', "line 2: 'x' in column 'happy' is not a share"),
        (
            'path,happy,sad\na.mp4,-1,1\n',
            "line 2: '-1' in column 'happy' is not a share",
        ),
        ('path,label,split\na.mp4,happy,fold3\n', "line 2: split 'fold3' must be"),
        ('path,label,split\na.mp4,happy,\n', "line 2: split '' must be"),
        ('path,label\na.mp4,happy,sad\n', 'line 2: there are 3 cells under 2 columns'),
        ('path,label\nx.mp4,happy\n', r'no clip can be used. 1 left out.*happy 1'),
        ('path,label\n', 'no clip can be used. It lists none'),
        ('path,person\na.mp4,Ann\n', 'line 1: there is neither a column of labels'),
        (
            'path,class,emotion\na.mp4,a,b\n',
            r"line 1: the columns \['class', 'emotion'",
        ),
        (
            'path,label\na.mp4,"happy\nb.mp4,sad\n',
            'line 2: this is not a row of a table',
        ),
        (
            'path,label\na.mp4,happy:1;sad:2\nb.mp4,sad;happy\n',
            'shares of classes in line 2 and several classes a clip in line 3',
        ),
    ],
)
def test_what_is_wrong_is_said_with_its_line(root, text, words):
    with pytest.raises(DataError, match=words):
        read_list(write(root, text))


def test_a_column_that_is_not_known_is_named(root):
    data = read_list(write(root, 'path,label,who\na.mp4,happy,Ann\n'))
    assert data.clips[0].person is None
    [said] = data.remarks
    assert "['who'] are not read" in said and "'person', 'subject'" in said


def test_a_clip_without_a_person_is_counted(root):
    data = read_list(write(root, 'path,label,subject\na.mp4,x,Ann\nb.mp4,y,\n'))
    assert '1 clips name no person (b.mp4)' in ' '.join(data.remarks)


def test_a_class_that_is_not_listed_is_refused_with_its_line(root):
    write(root, 'path,label\na.mp4,happy\nb.mp4,hapy\n')
    (root / 'classes.json').write_text('{"classes": ["sad", "happy"]}')
    with pytest.raises(
        DataError, match=r"line 3: clip b.mp4 has the class 'hapy', but"
    ):
        read_own(root)


def test_the_order_of_the_classes_is_that_of_their_list(root):
    write(root, 'path,label\na.mp4,happy\nb.mp4,Sad\n')
    assert read_own(root).classes == ('happy', 'Sad')
    (root / 'classes.json').write_text('{"classes": {"sad": ["x"], "happy": ["y"]}}')
    assert read_own(root).classes == ('sad', 'happy')
    assert read_own(root, ['neutral', 'sad', 'happy']).classes[0] == 'neutral'


def test_one_class_alone_cannot_be_learned(root):
    write(root, 'path,label\na.mp4,happy\nb.mp4,Happy\n')
    with pytest.raises(DataError, match='clips of one class only'):
        read_own(root)


def test_text_that_is_none_is_refused(root):
    (root / 'clips.csv').write_bytes(b'path,label\n\x81\x8d\x00\n')
    with pytest.raises(SplitFileError, match='line 2: this is text in neither UTF-8'):
        read_list(root / 'clips.csv')


@pytest.mark.parametrize(
    'label', ['happy:NaN', 'happy:-0.3', '"happy:0.7,sad:0.3"', 'happy:70%;sad:30%']
)
def test_what_was_meant_for_shares_is_no_class(root, label):
    path = write(root, f'path,label\na.mp4,{label}\nb.mp4,happy\nd.mp4,sad\n')
    with pytest.raises(SplitFileError, match='line 2: .* written as happy:0.7;sad:0.3'):
        read_list(path)


def test_a_name_may_have_a_colon(root):
    data = read_list(write(root, 'path,label\na.mp4,AU: brows\nb.mp4,sad\n'))
    assert labels(data)['a.mp4'] == {'AU: brows': 1}


def test_an_error_of_a_spreadsheet_is_no_class(root):
    with pytest.raises(SplitFileError, match='line 3: .*error of the spreadsheet'):
        read_list(write(root, 'path,label\na.mp4,sad\nb.mp4,#N/A\n'))


def test_classes_that_look_like_several_are_pointed_out(root):
    text = 'path,label\na.mp4,"happy,sad"\nb.mp4,happy\nd.mp4,sad\n'
    data = read_list(write(root, text))
    assert data.kind == 'single'
    assert "['happy,sad'] are read as classes of their own" in data.remarks[0]


def test_columns_of_shares_are_named_and_the_source_is_none(root):
    text = 'path,happy,sad,source\na.mp4,1,1,raw.mp4\nb.mp4,0,1,raw.mp4\n'
    data = read_list(write(root, text))
    assert labels(data)['a.mp4'] == {'happy': 0.5, 'sad': 0.5}
    assert "['happy', 'sad'] are read as the shares" in data.remarks[0]


def test_two_columns_of_one_class_are_refused(root):
    with pytest.raises(SplitFileError, match='line 1: two of the columns'):
        read_list(write(root, 'path,sad,Sad,happy\na.mp4,0,1,1\n'))


@pytest.mark.parametrize('path', ['z' * 5000, '~nobody-of-this-name/z.mp4'])
def test_text_that_can_be_no_path_is_left_out(root, path):
    data = read_list(write(root, f'path,label\n{path},happy\na.mp4,sad\n'))
    assert [clip.name for clip in data.clips] == ['a.mp4']
    assert [list(each) for each in data.left_out.values()] == [['happy']]


@pytest.mark.parametrize('text', ['path,label\na\0.mp4,sad\n', 'p\0a\0t\0h\0'])
def test_zeros_are_no_text(root, text):
    with pytest.raises(SplitFileError, match='neither UTF-8'):
        read_list(write(root, text))


def test_marks_that_nobody_sees_make_no_other_class(root):
    write(root, 'path,label\na.mp4,\u200fسعيد\nb.mp4,سعيد\nd.mp4,sad\n')
    assert len(read_own(root).classes) == 2


def test_the_list_of_a_folder_may_have_capital_letters(root):
    write(root, 'path,label\na.mp4,happy\nb.mp4,sad\n').rename(root / 'Clips.CSV')
    assert labels(read_own(root)) == {'a.mp4': {'happy': 1}, 'b.mp4': {'sad': 1}}


def test_classes_that_are_listed_twice_by_case_are_refused(root):
    write(root, 'path,label\na.mp4,happy\nb.mp4,sad\n')
    (root / 'classes.json').write_text('{"classes": ["happy", "Happy", "sad"]}')
    with pytest.raises(DataError, match=r"classes.json lists 'happy' and 'Happy'"):
        read_own(root)
