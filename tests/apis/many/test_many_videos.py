"""A folder of videos: each is read once, whoever is killed and whatever is broken."""

import json
import os
import signal

import pytest

from tgdfer_mm.apis.many import work
from tgdfer_mm.apis.many.attempts import MOST, attempt, deaths
from tgdfer_mm.locks import open_locked


def tree(folder):
    files = (path for path in folder.rglob('*') if path.is_file())
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


def rows(out):
    lines = (out / 'summary.jsonl').read_text('utf-8').splitlines()
    return {row['name']: row for row in map(json.loads, lines)}


SEVEN = dict(
    a='1', b='broken', c='nobody', sub__a='2', sub__d='in part', sub__e='fault', z='3'
)


def test_what_is_finished_is_read_once(call, videos, reader, tmp_path):
    videos(a='1', sub__a='2')
    assert call()[0] == 0
    assert [os.path.relpath(p) for p in reader.read] == [
        *('videos/a.mp4', 'videos/sub/a.mp4')
    ]
    assert (tmp_path / 'out/sub/a.mp4/result.json').is_file()
    before = tree(tmp_path / 'out')
    code, text = call()
    assert code == 0 and 'finished before: 2' in text
    assert len(reader.read) == 2 and tree(tmp_path / 'out') == before


def test_what_went_wrong_is_a_row_and_ends_nothing(call, videos, tmp_path):
    videos(**SEVEN)
    code, text = call()
    assert code == 3  # of the first one
    found = rows(tmp_path / 'out')
    assert {name: row['state'] for name, row in found.items()} == {
        'a.mp4': 'done',
        'b.mp4': 'failed',
        'c.mp4': 'no face',
        'sub/a.mp4': 'done',
        'sub/d.mp4': 'in part',
        'sub/e.mp4': 'failed',
        'z.mp4': 'done',
    }
    assert found['b.mp4']['remarks'] == 'not a video'
    assert found['c.mp4']['remarks'] == 'no face found'
    assert 'ZeroDivisionError' in found['sub/e.mp4']['remarks']
    assert found['a.mp4']['video']['shown'] == dict(happy=0.75, neutral=0.0)
    assert '[7/7] z.mp4: 1.0 s, 1 face, happy 0.90' in text
    assert 'Traceback' not in text


def test_a_folder_that_cannot_be_listed_is_said_and_ends_nothing(
    call, videos, tmp_path, monkeypatch
):
    videos(a='1', sub__a='2')
    scan = os.scandir

    def refuse(path):
        if str(path).endswith('sub'):
            raise PermissionError(13, 'Permission denied', path)
        return scan(path)

    monkeypatch.setattr(os, 'scandir', refuse)
    code, text = call()
    assert code == 3 and 'sub: cannot be listed (Permission denied)' in text
    assert list(rows(tmp_path / 'out')) == ['a.mp4']


def test_the_folder_of_the_videos_takes_no_results(call, videos, reader, tmp_path):
    videos(a='1')
    before = tree(tmp_path)
    for out in ('videos', 'videos/../videos'):
        code, text = call(out=out)
        assert code == 2 and 'is the folder of the videos itself' in text
    assert not reader.read and tree(tmp_path) == before


def test_a_file_where_a_folder_would_go_stays_and_ends_nothing(call, videos, tmp_path):
    videos(a='1', b='2')
    (tmp_path / 'out').mkdir()
    (tmp_path / 'out/a.mp4').write_text('mine')
    code, text = call()
    assert code == 2 and 'a.mp4 is no folder' in text
    assert (tmp_path / 'out/a.mp4').read_text() == 'mine'
    assert list(rows(tmp_path / 'out')) == ['b.mp4']


def test_a_broken_one_is_tried_again_and_may_be_mended(call, videos, tmp_path):
    videos(a='broken')
    assert call()[0] == 3
    videos(a='mended')
    assert call()[0] == 0
    assert rows(tmp_path / 'out')['a.mp4']['state'] == 'done'


def test_a_killed_run_and_two_shards_end_like_one_run(
    call, videos, reader, tmp_path, monkeypatch
):
    videos(**SEVEN)
    call(out='whole')
    reader.read.clear()

    class Killed(BaseException):
        pass

    def write_row(row, folder):
        if row['name'] == 'sub/a.mp4':  # its result is there, its row is not
            raise Killed
        real(row, folder)

    real = work.write_row
    monkeypatch.setattr(work, 'write_row', write_row)
    with pytest.raises(Killed):
        call()
    monkeypatch.setattr(work, 'write_row', real)
    first = {name for name in reader.read[:-1] if 'b.mp4' not in name}
    reader.read.clear()
    call('--shard', '2/2')
    call('--shard', '1/2')
    assert not first & set(reader.read) and len(set(reader.read)) == len(reader.read)
    assert tree(tmp_path / 'out') == tree(tmp_path / 'whole')
    assert len(rows(tmp_path / 'out')) == 7


@pytest.mark.skipif(not hasattr(os, 'fork'), reason='needs fork')
def test_the_claim_of_a_dead_process_is_taken_over(call, videos, tmp_path):
    videos(a='1')
    lock = tmp_path / 'out/.a.mp4.lock'
    lock.parent.mkdir()
    if not (child := os.fork()):
        open_locked(lock, wait=False)
        os.kill(os.getpid(), signal.SIGKILL)
    os.waitpid(child, 0)
    assert lock.read_text().split()[1] == str(child)
    assert call()[0] == 0
    assert rows(tmp_path / 'out')['a.mp4']['state'] == 'done' and not lock.exists()


@pytest.mark.skipif(not hasattr(os, 'fork'), reason='needs fork')
def test_a_video_that_kills_its_process_comes_last_and_is_a_row_at_last(
    call, videos, reader, tmp_path
):
    videos(a='1', b='2')
    folder = tmp_path / 'out/a.mp4'
    folder.parent.mkdir()
    for count in range(1, MOST + 1):
        if not (child := os.fork()):
            with attempt(folder, 'a.mp4'):
                os.kill(os.getpid(), signal.SIGKILL)
        os.waitpid(child, 0)
        assert deaths(folder) == count
    code, text = call()
    assert code == 1 and [os.path.basename(path) for path in reader.read] == ['b.mp4']
    assert text.index('b.mp4: 1.0 s') < text.index('a.mp4: 3 processes died')
    assert '3 processes died' in rows(tmp_path / 'out')['a.mp4']['remarks']
    assert deaths(folder) == 0 and call()[0] == 0  # it is tried once more


def test_what_another_process_reads_is_left_to_it(call, videos, reader, tmp_path):
    videos(a='1', b='2')
    (tmp_path / 'out').mkdir()
    handle = open_locked(tmp_path / 'out/.a.mp4.lock', wait=False)
    code, text = call()
    os.close(handle)
    assert code == 0 and 'being read by other processes: 1' in text
    assert [os.path.basename(path) for path in reader.read] == ['b.mp4']
    assert call()[0] == 0 and len(rows(tmp_path / 'out')) == 2


def test_ctrl_c_keeps_what_is_finished(call, videos, reader, tmp_path):
    videos(a='1', b='stop', c='3')
    code, text = call()
    assert code == 130 and 'goes on with the rest' in text
    assert list(rows(tmp_path / 'out')) == ['a.mp4']
    videos(b='2')
    assert call()[0] == 0
    assert [os.path.basename(path)[0] for path in reader.read] == ['a', 'b', 'b', 'c']


def test_results_of_something_else_are_left_alone(call, videos, reader, tmp_path):
    videos(a='1', b='2')
    call()
    before = tree(tmp_path / 'out')
    reader.about = dict(reader.about, sha256='1' * 64)
    videos(b='22')
    code, text = call()
    assert code == 6 and tree(tmp_path / 'out') == before
    assert 'videos/a.mp4: out/a.mp4 has its result with another model.' in text
    assert 'with another model and another file' in text
    assert call('--overwrite')[0] == 0
    assert len(reader.read) == 4
    assert call('--overwrite')[0] == 0 and len(reader.read) == 4  # the same by now


def test_thousands_of_other_results_are_counted(call, videos, reader):
    videos(**{f'v{i}': '1' for i in range(13)})
    call()
    reader.settings = reader.settings.updated(dict(every=2))
    code, text = call()
    assert code == 6 and text.count('with other settings') == 10
    assert '... and 3 more' in text


def test_pictures_that_are_wanted_later_are_made(call, videos, reader, monkeypatch):
    monkeypatch.setattr(
        work,
        'draw',
        lambda result, path, folder: [
            (folder / name).touch() for name in work.result_files(result)[2:]
        ],
    )
    videos(a='1')
    call()
    assert call(pictures=True)[0] == 0 and len(reader.read) == 2
    assert call(pictures=True)[0] == 0 and len(reader.read) == 2
    assert call()[0] == 0 and len(reader.read) == 2
    os.unlink('out/a.mp4/track1.html')
    assert call(pictures=True)[0] == 0 and len(reader.read) == 3


def test_a_full_disk_ends_it(call, videos, reader, monkeypatch):
    def full(*args):
        raise work.OutputError('no space')

    monkeypatch.setattr(work, 'write_result', full)
    videos(a='1', b='2')
    code, text = call()
    assert code == 5 and len(reader.read) == 1


def test_files_of_somebody_else_are_left_alone(call, videos, tmp_path):
    videos(a='1', b='2')
    (tmp_path / 'out/a.mp4').mkdir(parents=True)
    (tmp_path / 'out/a.mp4/result.json').write_text('mine')
    code, text = call()
    assert code == 2 and 'was not written by this program' in text
    assert (tmp_path / 'out/a.mp4/result.json').read_text() == 'mine'
    assert list(rows(tmp_path / 'out')) == ['b.mp4']
    (tmp_path / 'other').mkdir()
    (tmp_path / 'other/index.html').write_text('mine')
    assert call(out='other')[0] == 2
    assert (tmp_path / 'other/index.html').read_text() == 'mine'


def test_torchrun_shares_the_videos_and_is_not_ended_by_a_broken_one(
    call, videos, reader, monkeypatch, tmp_path
):
    videos(**SEVEN)
    monkeypatch.setenv('TORCHELASTIC_RUN_ID', 'none')
    monkeypatch.setenv('WORLD_SIZE', '3')
    for rank in '012':
        monkeypatch.setenv('RANK', rank)
        assert call()[0] == 0
    assert len(reader.read) == 7 and len(rows(tmp_path / 'out')) == 7


@pytest.mark.parametrize(
    ('given', 'words', 'said'),
    [
        (['videos'], ['--shard', '0/2'], 'between 1 and'),
        (['videos'], ['--shard', '3/2'], 'between 1 and'),
        (['videos'], ['--shard', 'one'], 'instance 2/8'),
        (['x.mp4'], ['--shard', '1/2'], 'one folder of videos'),
        (['videos'], ['--summary'], 'reads no video'),
    ],
)
def test_arguments_that_cannot_work_are_2(call, videos, given, words, said, tmp_path):
    videos(a='1')
    code, text = call(*words, given=given)
    assert code == 2 and said in text
    assert not (tmp_path / 'out/a.mp4').exists()


def test_the_summary_alone(call, videos, tmp_path):
    videos(a='1', b='broken')
    call()
    before = tree(tmp_path / 'out')
    (tmp_path / 'out/index.html').unlink()
    code, text = call('--summary', given=[])
    assert code == 0 and '2 videos (1 done, 1 failed)' in text
    assert tree(tmp_path / 'out') == before
    code, text = call('--summary', given=[], out='absent')
    assert code == 2 and 'no such folder' in text
