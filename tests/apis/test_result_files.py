"""A result fits its schema, and loads into pandas without repair."""

import errno
import json
import os
import tempfile

import jsonschema
import numpy as np
import pandas as pd
import pytest

from tgdfer_mm.apis import result_schema
from tgdfer_mm.apis.writing import frame_rows, prepare_folder, write_result
from tgdfer_mm.video.errors import OutputError

RESULT = dict(
    schema='tgdfer_mm.result/1',
    version='0',
    complete=True,
    warnings=[],
    source=dict(
        path='a b é.mp4',
        width=64,
        height=48,
        fps=10.0,
        frames=4,
        duration=0.4,
        has_audio=False,
        rotation=0,
    ),
    model=dict(
        name='m',
        config='c',
        checkpoint='w',
        sha256='0' * 64,
        classes=['x', 'y'],
        note='a test, no more',
    ),
    detector=dict(name='none'),
    settings={},
    tracks=[
        dict(
            id=1,
            start=0.0,
            end=0.3,
            label='x',
            score=0.7,
            probabilities=[0.7, 0.3],
            frames=dict(
                index=[0, 1, 2, 3],
                time=[0.0, 0.1, 0.2, 0.3],
                box=[[0.0, 1.0, 2.0, 3.0]] * 4,
                interpolated=[False, False, True, False],
                scores=[None, [0.9, 0.1], [0.8, 0.2], [0.7, 0.3]],
                relevance=[None, 1.5, 1.0, 0.5],
            ),
            windows=[],
            intervals=[dict(start=0.1, end=0.3, emotion='x', score=0.85)],
        )
    ],
)


def test_the_csv_has_a_row_for_each_face_and_frame_and_loads_into_pandas(tmp_path):
    files = write_result(RESULT, tmp_path)
    assert [f.name for f in files] == ['result.json', 'frames.csv']
    table = pd.read_csv(files[1])
    named = 'track frame time x1 y1 x2 y2 interpolated emotion relevance'
    scores = 'score_x score_y note scores_are'
    assert list(table.columns) == [*named.split(), *scores.split()]
    assert set(table.scores_are) == {'uncalibrated'}
    assert set(table.note) == {RESULT['model']['note']}
    assert table.frame.tolist() == [0, 1, 2, 3]
    assert table.interpolated.dtype == bool
    assert table.emotion.fillna('').tolist() == ['', 'x', 'x', 'x']
    np.testing.assert_array_equal(table.score_x, [np.nan, 0.9, 0.8, 0.7])
    np.testing.assert_array_equal(table.relevance, [np.nan, 1.5, 1.0, 0.5])


def test_the_json_gives_the_result_back_and_its_frames_are_a_table(tmp_path):
    path, _ = write_result(RESULT, tmp_path)
    loaded = json.loads(path.read_text(encoding='utf-8'))
    assert loaded == RESULT
    assert len(pd.DataFrame(loaded['tracks'][0]['frames'])) == 4


def test_every_frame_is_in_the_interval_that_holds_its_time():
    track = RESULT['tracks'][0] | dict(
        intervals=[
            dict(start=0.0, end=0.1, emotion='x', score=1),
            dict(start=0.1, end=0.2, emotion='y', score=1),
        ]
    )
    rows = list(frame_rows(RESULT | dict(tracks=[track])))
    assert [row[8] for row in rows[1:]] == ['x', 'y', None, None]


def test_a_folder_that_cannot_be_written_is_named_before_the_work(tmp_path):
    (tmp_path / 'file').touch()
    with pytest.raises(OutputError, match='file.out: cannot be written.*--out'):
        prepare_folder(tmp_path / 'file' / 'out')
    assert prepare_folder(tmp_path / 'new' / 'one').is_dir()
    assert list((tmp_path / 'new' / 'one').iterdir()) == []


def test_a_read_only_folder(tmp_path, monkeypatch):
    def refuse(dir):  # root may write into any folder, so no chmod
        raise OSError(errno.EROFS, os.strerror(errno.EROFS))

    monkeypatch.setattr(tempfile, 'TemporaryFile', refuse)
    with pytest.raises(OutputError, match='Read-only file system'):
        prepare_folder(tmp_path)


def test_a_full_disk_leaves_what_was_written_before(tmp_path, monkeypatch):
    sync, calls = os.fsync, []

    def full(handle):
        calls.append(handle)
        if len(calls) > 2:  # the JSON and its folder
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        sync(handle)

    monkeypatch.setattr(os, 'fsync', full)
    with pytest.raises(OutputError, match=r'frames\.csv: .*No space left'):
        write_result(RESULT, tmp_path)
    assert [p.name for p in tmp_path.iterdir()] == ['result.json']
    assert json.loads((tmp_path / 'result.json').read_text()) == RESULT


def test_the_schema_is_one_and_is_strict():
    jsonschema.Draft202012Validator.check_schema(result_schema())
    for wrong in (dict(schema='other'), dict(complete='yes'), dict(extra=1)):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(RESULT | wrong, result_schema())
