"""Bad raw videos: damaged, with equal names, moved, stopped in the middle."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from tgdfer_mm.datasets.text_files import DataError
from tgdfer_mm.datasets.tools.faces import clip_folder, clip_maker
from tgdfer_mm.locks import BusyError
from tgdfer_mm.video.errors import OutputError, UsageError


def statuses(report):
    return {each['source']: each['status'] for each in report['inputs']}


def clips_of(report):
    return {
        each['source']: [c['clip'] for c in each['clips']] for each in report['inputs']
    }


def test_empty_damaged_and_missing_files_end_nothing(films, make):
    whole = (films / 'joy/a.mp4').read_bytes()
    (films / 'joy/zero.mp4').write_bytes(b'')
    (films / 'joy/text.mp4').write_text('no video')
    (films / 'joy/cut.mp4').write_bytes(whole[: len(whole) // 2])
    (films / 'joy/gone.mp4').symlink_to('nowhere.mp4')
    os.mkfifo(films / 'joy/pipe.mp4')
    report = make(films)
    found = statuses(report)
    bad = [f'joy/{n}.mp4' for n in ('zero', 'text', 'cut', 'gone', 'pipe')]
    assert [found[name] for name in bad] == ['unreadable'] * 5
    assert found['joy/a.mp4'] is found['joy/b.mp4'] is None
    assert (
        report['classes']['joy'] | dict(inputs=7, clips=2, unreadable=5)
        == (report['classes']['joy'])
    )


def test_a_video_cut_off_behind_its_start_is_a_clip_marked_as_damaged(
    put, make, squares
):
    path = put('x/a.mkv', squares[1](40))
    path.write_bytes(path.read_bytes()[:-600])
    report = make()
    [each] = report['inputs']
    assert each['damaged'] and each['clips'] and not report['ok']
    assert each['messages']


@pytest.mark.parametrize(
    'error', [RuntimeError('no'), MemoryError(), RecursionError(), KeyError(3)]
)
def test_a_fault_at_one_video_is_that_videos(films, make, monkeypatch, error):
    opened = clip_maker.open_source

    def fail(path, *args):
        if path.name == 'a.mp4':
            raise error
        return opened(path, *args)

    monkeypatch.setattr(clip_maker, 'open_source', fail)
    found = statuses(make(films))
    assert found['joy/a.mp4'] == 'unreadable' and found['joy/b.mp4'] is None


def test_videos_of_one_name_are_clips_of_two(put, make, squares):
    for name in ('x/a.mp4', 'x/a.avi', 'x/A.mkv', 'x/b.mp4', 'x/b/c.mp4', 'x/d.e.mp4'):
        put(name, squares[1](6))
    assert clips_of(make()) == {
        'x/A.mkv': ['x/A.mkv'],
        'x/a.avi': ['x/a.avi'],
        'x/a.mp4': ['x/a.mp4'],
        'x/b/c.mp4': ['x/b/c'],
        'x/b.mp4': ['x/b.mp4'],  # a folder has that name
        'x/d.e.mp4': ['x/d.e'],
    }


def test_a_second_video_of_a_name_moves_the_first_ones_clip(
    put, make, squares, tmp_path
):
    put('x/a.mp4', squares[1](6))
    make()
    assert (tmp_path / 'out/x/a').is_dir()
    put('x/a.avi', squares[1](9))
    make()
    assert sorted(p.name for p in (tmp_path / 'out/x').iterdir()) == ['a.avi', 'a.mp4']


ODD = ['-x', 'a, "b"', 'ü ß', ' ', 'line\nline', '%03d', "'; x", '[b]', '漢字', '..a']


def test_names_of_every_kind_are_kept(put, make, squares, tmp_path):
    path = put('x/a.mp4', squares[1](6))
    names = [n for n in ODD if n[0] != '.']
    for name in names:
        (tmp_path / f'raw/x/{name}.mp4').write_bytes(path.read_bytes())
    raw = os.fsencode(tmp_path / 'raw/x') + b'/\xff.mp4'  # no UTF-8
    Path(os.fsdecode(raw)).write_bytes(path.read_bytes())
    report = make()
    wanted = {f'x/{name}' for name in (*names, 'a', os.fsdecode(b'\xff'))}
    assert {c for each in clips_of(report).values() for c in each} == wanted
    for clip in wanted:
        assert len(list((tmp_path / 'out' / clip).iterdir())) == 6
    assert b'\xff' in (tmp_path / 'out/faces_report.csv').read_bytes()


def test_hidden_files_links_in_circles_and_other_files_are_passed_over(
    films, make, tmp_path
):
    (films / '.hidden').mkdir()
    for name in ('.hidden/a.mp4', 'joy/._a.mp4'):
        (films / name).write_bytes(b'x')
    (films / 'joy/loop').symlink_to(films)
    (films / 'joy/self').symlink_to('self')
    (films / 'anger/other').symlink_to(films / 'joy')
    (films / 'joy/back').symlink_to(films / 'anger')
    (films / 'joy/notes.txt').write_text('x')
    (films / 'joy/poster.jpg').write_bytes(b'x')
    report = make(films)
    real = {n for n in statuses(report) if n.count('/') == 1}
    assert real == {'joy/a.mp4', 'joy/b.mp4', 'anger/c.mp4', 'anger/nobody.mp4'}
    assert not any('hidden' in n or '._' in n for n in statuses(report))
    others = report['others']
    assert (
        'around' in others['joy/loop'] and 'next to videos' in others['joy/poster.jpg']
    )
    assert 'joy/notes.txt' in others


def test_done_is_done_and_what_changed_is_done_anew(films, make, monkeypatch, tmp_path):
    first = make(films)
    read = []
    opened = clip_maker.open_source

    def count(path, *args):
        read.append(path.name)
        return opened(path, *args)

    monkeypatch.setattr(clip_maker, 'open_source', count)
    assert make(films) == first and read == []
    (films / 'joy/a.mp4').write_bytes((films / 'joy/b.mp4').read_bytes())
    (tmp_path / 'out/anger/c/000002.jpg').write_bytes(b'')
    again = make(films)
    assert sorted(read) == ['a.mp4', 'c.mp4']
    assert len(list((tmp_path / 'out/joy/a').iterdir())) == 9
    assert again['inputs'][0]['clips'] == first['inputs'][0]['clips']


def test_clips_of_a_video_that_is_gone_stay_and_are_named(films, make, tmp_path):
    make(films)
    (films / 'joy/a.mp4').unlink()
    assert make(films)['kept_without_video'] == ['joy/a']
    assert (tmp_path / 'out/joy/a').is_dir()


def test_other_settings_are_refused_with_what_differs(films, make):
    make(films)
    with pytest.raises(UsageError, match=r'video\.crop\.margin=0\.25 \(now 0\.5\)'):
        make(films, video=dict(crop=dict(margin=0.5)))
    with pytest.raises(UsageError, match="tracks='largest'"):
        make(films, tracks='all')


def test_a_folder_with_other_things_or_another_input_is_refused(
    films, make, put, tmp_path
):
    (tmp_path / 'out').mkdir()
    (tmp_path / 'out/mine.txt').write_text('mine')
    with pytest.raises(UsageError, match='mine.txt'):
        make(films)
    (tmp_path / 'file').write_text('')
    with pytest.raises(UsageError, match='is a file'):
        make(films, tmp_path / 'file')
    make(films, tmp_path / 'good')
    films.rename(tmp_path / 'moved')
    make(tmp_path / 'moved', tmp_path / 'good')  # the same videos elsewhere
    put('x/a.mp4', [np.zeros((64, 96, 3), np.uint8)] * 3)
    with pytest.raises(UsageError, match='has the clips of'):
        make(tmp_path / 'raw', tmp_path / 'good')


def test_what_somebody_put_into_the_folder_is_never_replaced(films, make, put, squares):
    make(films)
    own = films.parent / 'out/joy/d'
    own.mkdir()
    (own / 'mine.txt').write_text('mine')
    put('joy/d.mp4', squares[1](6))
    found = {e['source']: e for e in make(films)['inputs']}
    assert found['joy/d.mp4']['status'] == 'not written'
    assert (own / 'mine.txt').read_text() == 'mine'


def test_two_runs_do_not_write_at_once(films, make, tmp_path):
    make(films)
    lock = tmp_path / 'out/.tgdfer_faces/lock'
    script = (
        'import fcntl\n'
        f'file = open({str(lock)!r}, "w")\n'
        'fcntl.flock(file, fcntl.LOCK_EX)\n'
        'file.write("here 1")\n'
        'file.flush()\n'
        'print("held", flush=True)\n'
        'input()\n'
    )
    with subprocess.Popen(
        [sys.executable, '-c', script],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as other:
        assert other.stdout.readline() == 'held\n'
        with pytest.raises(BusyError):
            make(films)
        other.communicate('\n')


def test_a_run_that_is_stopped_goes_on(films, make, tmp_path, tree):
    def stop(steps, total):
        yield next(steps)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        make(films, track=stop)
    assert len({n.rpartition('/')[0] for n in tree(tmp_path / 'out')} - {''}) == 1
    assert make(films)['classes']['joy']['clips'] == 2


@pytest.mark.parametrize('at', [0, 1])
def test_a_run_that_dies_while_it_names_a_clip_leaves_none_in_part(
    films, make, monkeypatch, tmp_path, at
):
    rename, seen = os.rename, []

    def die(source, target):
        seen.append(target)
        if len(seen) > at:
            raise SystemExit
        rename(source, target)

    with monkeypatch.context() as patch:
        patch.setattr(clip_folder.os, 'rename', die)
        with pytest.raises(SystemExit):
            make(films)
    report = make(films)
    assert report['classes']['joy']['clips'] == 2
    assert not (tmp_path / 'out/.tgdfer_faces/making').exists()
    with (tmp_path / 'out/.tgdfer_faces/records.jsonl').open('a') as file:
        file.write('{"source": "joy/a.mp4", "st')  # half a line
    assert make(films) == report


def test_a_full_disk_is_an_error_that_names_it_and_leaves_nothing_in_part(
    films, make, monkeypatch, tmp_path
):
    write, count = Path.write_bytes, []

    def full(path, data):
        count.append(path)
        if len(count) > 15:
            raise OSError(28, 'No space left on device', str(path))
        return write(path, data)

    with monkeypatch.context() as patch:
        patch.setattr(Path, 'write_bytes', full)
        with pytest.raises(OutputError, match='No space left') as caught:
            make(films)
    assert caught.value.exit_code == 5
    there = [len(list(p.iterdir())) for p in (tmp_path / 'out').glob('[aj]*/*')]
    assert there == [10]
    assert make(films)['classes']['joy']['clips'] == 2


def test_a_list_is_carried_over_with_its_paths(films, make, tmp_path):
    (films / 'clips.csv').write_text(
        '\ufeffpath,label,person\njoy/a.mp4,happy,p1\njoy\\b.mp4,"sad, very",p2\n'
        'anger/c,angry,p1\nanger/nobody.mp4,angry,p1\njoy/z.mp4,happy,p3\n',
        encoding='utf-8',
    )
    report = make(films)
    assert (tmp_path / 'out/clips.csv').read_text() == (
        'path,label,person,source\njoy/a,happy,p1,joy/a.mp4\n'
        'joy/b,"sad, very",p2,joy\\b.mp4\nanger/c,angry,p1,anger/c\n'
    )
    assert report['listed_but_absent'] == ['joy/z.mp4'] and not report['ok']
    assert set(report['classes']) == {'happy', 'sad, very', 'angry'}
    (films / 'clips.csv').write_text('path,label\njoy/a.mp4,happy\n')
    report = make(films)
    assert report['not_listed'] == ['anger/c.mp4', 'anger/nobody.mp4', 'joy/b.mp4']


def test_the_list_may_be_any_that_training_takes(films, make, tmp_path):
    text = 'sep=;\nVideo;Emotion\njoy\\a.mp4;fröhlich\n'
    (films / 'clips.txt').write_bytes(text.encode('cp1252'))
    report = make(films)
    assert report['classes']['fröhlich']['clips'] == 1
    assert (tmp_path / 'out/clips.csv').read_text(encoding='utf-8') == (
        'Video,Emotion,source\njoy/a,fröhlich,joy\\a.mp4\n'
    )


@pytest.mark.parametrize(
    ('content', 'said'),
    [
        (b'', 'is empty'),
        (b'a.mp4,b\n', 'line 1: the first row has to name the columns'),
        (b'path,label\na,b,c\n', 'line 2: there are 3 cells'),
        (b'path,label,path\n', 'line 1: .* could all be that of the path'),
        (b'path,label,source\n', 'line 1: rename the column'),
        (b'path,label\n"a', 'line 2'),
        (b'path,label\n\x81,b\n', 'UTF-8'),
    ],
)
def test_a_list_that_cannot_be_read_is_named_before_anything_is(
    films, make, content, said, tmp_path
):
    (films / 'clips.csv').write_bytes(content)
    with pytest.raises(DataError, match=said) as caught:
        make(films)
    assert 'clips.csv' in str(caught.value)
    assert not (tmp_path / 'out').exists()


def test_every_track_of_a_listed_video_has_a_row(put, make, squares, tmp_path):
    picture, *_ = squares
    put('x/a.mp4', [picture((5, 5, 12), (60, 5, 24))] * 10)
    (tmp_path / 'raw/clips.csv').write_text('label,path\njoy,x/a.mp4\n')
    make(tracks='all')
    rows = (tmp_path / 'out/clips.csv').read_text().splitlines()
    assert rows[1:] == ['joy,x/a_1,x/a.mp4', 'joy,x/a_2,x/a.mp4']
    report = json.loads((tmp_path / 'out/faces_report.json').read_text())
    assert report['classes']['joy']['clips'] == 2
