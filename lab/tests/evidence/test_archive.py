"""Finished trainings in one file."""

import json
import tarfile

import pytest

from lab.evidence.archive import pack_finished, unpack_finished


def finish(root, name, score=0.123456):
    """A finished training of two clips, as far as an archive looks at it."""
    folder = root / 'jobs' / name
    folder.mkdir(parents=True)
    (folder / 'result.json').write_text(json.dumps(dict(config=name)))
    (folder / 'parts.json').write_text('{"parts": {}}')
    meta = dict(classes=['a', 'b'], sha256='of the lines')
    (folder / 'predictions.meta.json').write_text(json.dumps(meta))
    lines = [
        dict(clip=c, label=0, pred=1, score=[score, 1 - score], damaged=False, more=[1])
        for c in 'xy'
    ]
    text = ''.join(json.dumps(line) + '\n' for line in lines)
    (folder / 'predictions.jsonl').write_text(text)
    return folder


def test_what_was_measured_comes_back(tmp_path):
    for repeat in range(2):
        finish(tmp_path / 'one', f'hard/full/repeat{repeat}')
    (tmp_path / 'one/jobs/hard/full/repeat7').mkdir()  # not finished
    (tmp_path / 'one/jobs/hard/full/repeat0/parts.json').unlink()  # has no parts
    file = tmp_path / 'finished.tar.xz'
    assert pack_finished(tmp_path / 'one', file) == 2
    assert unpack_finished(file, tmp_path / 'two') == 2
    ours, theirs = (tmp_path / n / 'jobs/hard/full/repeat1' for n in ('one', 'two'))
    for name in ('result.json', 'parts.json'):
        assert (theirs / name).read_text() == (ours / name).read_text()
    assert json.loads((theirs / 'predictions.meta.json').read_text()) == dict(
        classes=['a', 'b']
    )
    line, _ = (theirs / 'predictions.jsonl').read_text().splitlines()
    assert json.loads(line) == dict(
        clip='x', label=0, pred=1, score=[0.1235, 0.8765], damaged=False
    )
    again = tmp_path / 'again.tar.xz'
    pack_finished(tmp_path / 'one', again)
    assert again.read_bytes() == file.read_bytes()


def test_trainings_that_are_there_are_kept(tmp_path):
    finish(tmp_path / 'one', 'hard/full/repeat0')
    own = finish(tmp_path / 'two', 'hard/full/repeat0', score=0.9)
    before = (own / 'predictions.jsonl').read_text()
    file = tmp_path / 'finished.tar.xz'
    pack_finished(tmp_path / 'one', file)
    assert unpack_finished(file, tmp_path / 'two') == 0
    assert (own / 'predictions.jsonl').read_text() == before


@pytest.mark.parametrize('name', ['../out.txt', 'jobs/../../../../out.txt', 'note.txt'])
def test_other_archives_are_refused(tmp_path, name):
    (tmp_path / 'x').write_text('text')
    file = tmp_path / 'other.tar.xz'
    with tarfile.open(file, 'w:xz') as archive:
        archive.add(tmp_path / 'x', arcname=name)
    with pytest.raises(ValueError, match='is no file of a training'):
        unpack_finished(file, tmp_path / 'root')
    (tmp_path / 'no.tar.xz').write_text('text')
    with pytest.raises(ValueError, match='is no archive of trainings'):
        unpack_finished(tmp_path / 'no.tar.xz', tmp_path / 'root')
