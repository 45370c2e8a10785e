"""Videos of a folder: their list, the share of a shard, and equal files."""

import os
import shutil
from types import SimpleNamespace

import pytest

from tgdfer_mm.apis.many.made_from import file_facts, is_same_file, made_by
from tgdfer_mm.apis.many.progress import Estimate, in_words
from tgdfer_mm.apis.many.shards import Shard, own_device
from tgdfer_mm.apis.many.video_folder import Video, find_videos
from tgdfer_mm.video.settings import VideoSettings


def write(folder, *names):
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)


def test_videos_are_found_in_all_folders_and_sorted(tmp_path):
    write(tmp_path, '10.mp4', '2.MKV', 'b/2.mp4', 'b/notes.txt', '.hidden/x.mp4')
    write(tmp_path, 'b/._2.mp4', 'c/cover.jpg')
    (tmp_path / 'b/round').symlink_to(tmp_path)
    found = find_videos(str(tmp_path), 'out')
    assert [v.name for v in found.videos] == ['2.MKV', '10.mp4', 'b/2.mp4']
    assert [v.size for v in found.videos] == [5, 6, 7] and found.others == 2


def test_a_folder_of_pictures_stays_one_input(tmp_path):
    write(tmp_path, '1.jpg', 'a.mp4', 'b/c.mp4')
    assert find_videos(str(tmp_path), 'out') is None
    assert find_videos(str(tmp_path / 'a.mp4'), 'out') is None
    write(tmp_path, 'text/a.txt')
    assert find_videos(str(tmp_path / 'text'), 'out') is None


def test_a_folder_that_cannot_be_listed_is_named(tmp_path, monkeypatch):
    write(tmp_path, 'a.mp4', 'shut/b.mp4')
    shut, scan = str(tmp_path / 'shut'), os.scandir

    def refuse(path):
        if path == shut:
            raise PermissionError(13, 'Permission denied', path)
        return scan(path)

    monkeypatch.setattr(os, 'scandir', refuse)
    found = find_videos(str(tmp_path), 'out')
    assert [v.name for v in found.videos] == ['a.mp4']
    assert 'Permission denied' in str(found.closed[shut])
    (tmp_path / 'a.mp4').unlink()
    assert find_videos(str(tmp_path), 'out').closed.keys() == {shut}
    assert find_videos(shut, 'out') is None  # reading it says why


def test_what_was_written_is_no_input(tmp_path):
    write(tmp_path, 'a.mp4', 'out/a.mp4/annotated.mp4', 'annotated.mp4')
    write(tmp_path, 'old/a.mp4/annotated.mp4', 'old/a.mp4/result.json')
    found = find_videos(str(tmp_path), str(tmp_path / 'out'))
    assert [v.name for v in found.videos] == ['a.mp4', 'annotated.mp4']


def test_each_name_has_a_folder_of_its_own():
    names = ['a.mp4', 'a.mkv', 's/a.mp4', 'n' * 250 + 'a.mp4', 'n' * 250 + 'b.mp4']
    folders = [Video(name, name, 0).folder for name in names]
    assert folders[:3] == names[:3] and len(set(folders)) == 5
    assert max(map(len, folders)) == 160


@pytest.mark.parametrize('count', [1, 2, 3, 7, 64])
def test_shards_are_a_partition(count):
    names = [f'sub/{i}.mp4' for i in range(500)] + ['b\udcff.mp4']
    owners = [
        sum(Shard(index, count).has(name) for index in range(1, count + 1))
        for name in names
    ]
    assert owners == [1] * len(names)
    sizes = [sum(map(Shard(i, count).has, names)) for i in range(1, count + 1)]
    assert min(sizes) > 0.2 * len(names) / count


def test_each_process_of_torchrun_has_a_gpu_of_its_own():
    env = dict(TORCHELASTIC_RUN_ID='x', RANK='5', WORLD_SIZE='8', LOCAL_RANK='1')
    assert own_device(env, 4) == 'cuda:1' and own_device(env, 0) is None
    assert own_device(dict(RANK='5', WORLD_SIZE='8', LOCAL_RANK='1'), 4) is None


def reader(**changes):
    given = dict(sha256='0', classes=['a'], recipe={}, settings={}, detector={})
    given |= dict(texts=None) | changes
    return SimpleNamespace(
        about={key: given[key] for key in ('sha256', 'classes', 'texts')},
        runtime=SimpleNamespace(recipe=given['recipe']),
        measured=None,
        settings=VideoSettings().updated(given['settings']),
        detector=SimpleNamespace(describe=lambda: given['detector']),
    )


@pytest.mark.parametrize(
    ('change', 'part'),
    [
        (dict(sha256='1'), 'model'),
        (dict(classes=['b']), 'model'),
        (dict(texts=dict(a=['other words'])), 'model'),
        (dict(recipe=dict(network=dict(type='Other'))), 'model'),
        (dict(settings=dict(every=2)), 'settings'),
        (dict(settings=dict(crop=dict(margin=0.5))), 'settings'),
        (dict(detector=dict(name='other')), 'settings'),
    ],
)
def test_another_model_or_setting_is_another(change, part):
    before, after = made_by(reader()), made_by(reader(**change))
    assert {key for key in before if before[key] != after[key]} == {part}


def test_a_model_in_another_folder_is_the_same():
    paths = [dict(pretrained=f'/{home}/weights.pth') for home in ('home/a', 'root')]
    first, second = (made_by(reader(recipe=each)) for each in paths)
    assert first == second
    assert first != made_by(reader(recipe=dict(pretrained='/elsewhere/other.pth')))


def test_a_file_is_told_by_its_content(tmp_path):
    path = tmp_path / 'a.mp4'
    path.write_bytes(b'first')
    facts = file_facts(path)
    copy = tmp_path / 'b.mp4'
    shutil.copyfile(path, copy)  # of another time
    os.utime(copy, ns=(1, 1))
    assert is_same_file(path, facts) and is_same_file(copy, facts)
    copy.write_bytes(b'other')  # of the same size
    os.utime(copy, ns=(1, 1))
    assert not is_same_file(copy, facts)
    path.write_bytes(b'longer')
    assert not is_same_file(path, facts)
    assert not is_same_file(tmp_path / 'absent', facts) and not is_same_file(path, None)


@pytest.mark.skipif(not hasattr(os, 'mkfifo'), reason='needs pipes')
def test_a_pipe_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / 'a.mp4')
    assert file_facts(tmp_path / 'a.mp4') is None


def test_the_rest_is_estimated_by_bytes():
    now = [0.0]
    estimate = Estimate([990_000] * 4, lambda: now[0])
    assert estimate.seconds() is None
    now[0] = 60.0
    estimate.add(990_000)
    assert estimate.seconds() == pytest.approx(180)
    estimate.leave(990_000)
    assert estimate.seconds() == pytest.approx(120)
    assert estimate.seconds(500_000) == pytest.approx(60.0)
    assert in_words(None) == '' and in_words(20) == 'less than a minute left'
    assert in_words(3900) == 'about 1 h 5 min left'
    assert in_words(3e5) == 'about 3 days left'
