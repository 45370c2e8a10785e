"""Tables of units from several programs; a missing value is not 0."""

import numpy as np
import pytest

from tgdfer_mm.movements.lexicon import MovementsError
from tgdfer_mm.movements.reading import _data, read_values


def written(path, text: str):
    path.write_text(text, encoding='utf-8')
    return path


def test_plain_rows_of_several_clips_in_any_order(tmp_path):
    table = written(
        tmp_path / 'a.csv',
        '\nclip;frame;AU01;AU12\nx;2;0.5;1\ny;0;0;0.25\nx;0;;0\n\nx;3;nan;NaN\n',
    )
    read = read_values(table)
    assert [*read] == ['x', 'y'] and read['x'].units == ('AU1', 'AU12')
    np.testing.assert_array_equal(
        read['x'].values, [[np.nan, 0], [np.nan] * 2, [0.5, 1], [np.nan] * 2]
    )
    assert read['x'].seen.tolist() == [True, False, True, False]
    assert read['x'].of_frame(0) == {'AU12': 0.0} and read['x'].of_frame(9) == {}
    assert read['x'].seconds is None


def test_openface_counts_from_one_to_five_and_knows_where_it_failed(tmp_path):
    table = written(
        tmp_path / 'film.csv',
        'frame, face_id, timestamp, confidence, success, AU01_r, AU45_r, AU01_c\n'
        '1, 0, 0.0, 0.98, 1, 2.5, 5.00, 1\n'
        '2, 0, 0.04, 0.02, 0, 1.0, 1.0, 0\n'
        '3, 0, 0.08, 0.30, 1, 1.0, 1.0, 0\n',
    )
    [(clip, values)] = read_values(table).items()
    assert clip == 'film' and values.units == ('AU1', 'AU45')
    np.testing.assert_array_equal(values.values[0], [0.5, 1])
    assert values.seen.tolist() == [True, False, False] and values.seconds[0] == 0
    assert read_values(table, 0.2)['film'].seen.tolist() == [True, False, True]


def test_py_feat_names_the_clip_by_its_input(tmp_path):
    table = written(
        tmp_path / 'fex.csv',
        ',FaceRectX,FaceScore,AU04,AU43,anger,input,frame\n'
        '0,1.5,0.99,0.75,0.5,0.1,C:\\films\\one.mp4,0\n'
        '1,1.5,0.99,0.5,0.5,0.1,/films/two.mp4,1.0\n'
        '2,,,,,,/films/two.mp4,2.0\n',
    )
    read = read_values(table)
    assert [*read] == ['one', 'two'] and read['two'].units == ('AU4', 'AU43')
    assert read['two'].seen.tolist() == [False, True, False]


def test_blendshapes_become_units(tmp_path):
    shapes = 'mouthSmileLeft,mouthSmileRight,jawOpen,mouthClose,browInnerUp'
    table = written(
        tmp_path / 'b.csv', f'frame,{shapes}\n0,1,0.5,0.75,0.5,\n1,0,0,0,0.5,1\n'
    )
    values = read_values(table)['b']
    assert values.of_frame(0) == {'AU12': 0.75, 'AU25': 0.25, 'AU26': 0.75}
    assert values.of_frame(1) == {'AU1': 1, 'AU12': 0, 'AU25': 0, 'AU26': 0}


def test_each_of_the_52_blendshapes_is_accounted_for():
    recipes = _data('blendshapes')
    used = {name for parts in recipes['units'].values() for name in parts}
    assert not used & set(recipes['unused'])
    assert len(used) + len(set(recipes['unused'])) == 52
    assert all(sum(parts.values()) in (0, 1) for parts in recipes['units'].values())


def test_a_folder_has_a_table_a_clip(tmp_path):
    written(tmp_path / '00002.csv', 'frame,AU12\n0,1\n')
    written(tmp_path / '00001.csv', 'frame,AU12\n0,0\n')
    assert [*read_values(tmp_path)] == ['00001', '00002']
    written(tmp_path / 'more.csv', 'clip,frame,AU12\n00002,0,1\n')
    with pytest.raises(
        MovementsError, match=r"more.csv: clip '00002' is also in another"
    ):
        read_values(tmp_path)


@pytest.mark.parametrize(
    ('text', 'problem'),
    [
        ('', 'is empty'),
        ('frame,AU12\n', 'no rows'),
        ('frame,smile\n0,1\n', 'line 1: there must be a column frame'),
        ('AU12\n1\n', 'line 1: there must be a column frame'),
        (
            'frame,AU12,AU12\n0,1,1\n',
            "column 'AU12': the column is there twice",
        ),
        ('frame,AU12,AU012\n0,1,1\n', "column 'AU012': AU12 is there twice"),
        ('frame,AU99\n0,1\n', "column 'AU99': no known unit"),
        ('frame,AU12\n0,1.5\n', "line 2, column 'AU12': 1.5 is not from 0 to 1"),
        ('frame,AU12\n\n0,x\n', "line 3, column 'AU12': 'x' is not a number"),
        ('frame,AU12\n0,inf\n', "'inf' is not a number"),
        ('frame,AU12_r\n1,6\n', 'is not from 0 to 5'),
        ('frame,AU12_r\n0,6\n', "column 'frame': '0' is not a whole number from 1 on"),
        ('frame,AU12\n0.5,1\n', "'0.5' is not a whole number"),
        ('frame,AU12\n,1\n', "'' is not a whole number"),
        ('frame,AU12\n9999999999,1\n', 'larger than the limit of 1000000 frames'),
        ('frame,AU12\n900000,1\n', "1 rows of clip 'bad' go up to frame 900000"),
        (f'frame,AU{5000 * "1"}\n0,1\n', 'line 1: there must be a column frame'),
        ('frame,AU12\n0,1\n0,1\n', 'line 3, .* there twice; keep the rows of one'),
        ('clip,frame,AU12\n,0,1\n', "column 'clip': no clip is named"),
        ('frame,AU12\n0,1,2\n', 'line 2: 3 cells under 2 columns'),
        ('frame,mouthSmileLeft\n0,1\n', "AU12, for example, needs .*'mouthSmileRight'"),
        ('frame,AU12\n0,"1\n', 'cannot be read|not a number'),
    ],
)
def test_an_error_names_file_line_and_column(text, problem, tmp_path):
    table = written(tmp_path / 'bad.csv', text)
    with pytest.raises(MovementsError, match=problem) as caught:
        read_values(table)
    assert str(table) in str(caught.value)


def test_no_file_no_text(tmp_path):
    with pytest.raises(MovementsError, match='no such file'):
        read_values(tmp_path / 'none.csv')
    with pytest.raises(MovementsError, match='no .csv file'):
        read_values(tmp_path)
    (tmp_path / 'b.csv').write_bytes(b'\xff\xfe\x00')
    with pytest.raises(MovementsError, match='cannot be read'):
        read_values(tmp_path)
