"""Generated trees: read by the data set classes, written once, never overwritten."""

import json
import os
import socket

import cv2
import numpy as np
import pytest

from tgdfer_mm.datasets import DFEWDataset, FERV39kDataset, MAFWDataset
from tgdfer_mm.synth.layouts import LAYOUTS, plan_clips
from tgdfer_mm.synth.tree import SynthSpec, ensure_tree
from tgdfer_mm.video.clip_file import ClipFile

DATASETS = {'dfew': DFEWDataset, 'ferv39k': FERV39kDataset, 'mafw': MAFWDataset}
TINY = SynthSpec(size=32, clips_per_class=1)


def quiet(line):
    pass


def load(trees, layout, subset, **kwargs):
    return DATASETS[layout](str(trees[layout]), subset, **kwargs)


@pytest.mark.parametrize('layout', DATASETS)
def test_the_data_set_classes_read_every_clip(trees, layout):
    truth = json.loads((trees[layout] / 'intensities.json').read_text())
    assert 0 < truth['apex_threshold'] < 1
    names = []
    for subset, count in (('train', 28), ('test', 7)):
        frames = load(trees, layout, subset)
        videos = load(trees, layout, subset, media='videos')
        assert len(frames) == len(videos) == count
        for i in range(0, count, 3):
            entry = frames.get_data_info(i)
            files = sorted(os.listdir(entry['frame_dir']))
            first = cv2.imread(os.path.join(entry['frame_dir'], files[0]))[..., ::-1]
            video = [f.rgb for f in ClipFile(videos.get_data_info(i)['filename'])]
            clip = truth['clips'][entry['clip']]
            assert len(files) == len(video) == len(clip['intensity'])
            assert frames.classes[entry['label']] == clip['label']
            assert first.shape == video[0].shape == (32, 32, 3)
            # The same picture, apart from compression.
            assert np.abs(video[0].astype(float) - first).max() < 15
        names += [frames.get_data_info(i)['clip'] for i in range(count)]
    assert sorted(names) == sorted(truth['clips'])


@pytest.mark.parametrize('layout', ['dfew', 'mafw'])
def test_folds_test_every_clip_once(trees, layout):
    def clips(subset, fold):
        data = load(trees, layout, subset, fold=fold)
        return {data.get_data_info(i)['clip'] for i in range(len(data))}

    tested = [clips('test', fold) for fold in range(1, 6)]
    assert sum(map(len, tested)) == len(set.union(*tested)) == 35
    assert clips('train', 2) == set.union(*tested) - tested[1]


def test_no_person_is_in_two_folds():
    plan = plan_clips(4)
    folds = {}
    for clip in plan:
        folds.setdefault(clip.person, set()).add(clip.fold)
    assert all(len(f) == 1 for f in folds.values())
    assert {c.fold for c in plan} == {1, 2, 3, 4, 5}
    for layout in LAYOUTS.values():
        assert len({layout.name(c) for c in plan}) == len(plan)


def test_mafw_lists_have_windows_line_ends(trees):
    path = trees['mafw'] / 'Train & Test Set/single/no_caption/set_3/test.txt'
    content = path.read_bytes()
    assert content.count(b'\r\n') == content.count(b'\n') == 7


def test_trees_say_that_they_are_synthetic(trees):
    for root in trees.values():
        assert (root / 'SYNTHETIC.txt').read_text().startswith('SYNTHETIC')


def content(root):
    return {
        str(p.relative_to(root)): p.read_bytes() for p in root.rglob('*') if p.is_file()
    }


def test_same_seed_same_bytes_however_many_processes(tmp_path, flat_clips):
    for name, workers in (('one', 1), ('two', 2)):
        ensure_tree(tmp_path / name, TINY, workers=workers, report=quiet)
    assert content(tmp_path / 'one') == content(tmp_path / 'two')


def test_a_complete_tree_is_reused_and_a_damaged_one_written_anew(tmp_path, flat_clips):
    root = tmp_path / 'tree'
    assert ensure_tree(root, TINY, workers=1, report=quiet)
    before = content(root)
    lost = root / 'Clip/clip_224x224/00005/00005_00001.jpg'
    stamp = lost.stat().st_mtime_ns
    assert not ensure_tree(root, TINY, workers=1, report=quiet)
    assert lost.stat().st_mtime_ns == stamp
    lost.unlink()
    assert ensure_tree(root, TINY, workers=1, report=quiet)
    assert content(root) == before


def test_a_tree_with_videos_serves_who_wants_frames(trees):
    assert not ensure_tree(trees['dfew'], TINY, report=quiet)


def test_an_interrupted_run_leaves_nothing(tmp_path, flat_clips):
    root = tmp_path / 'tree'
    with pytest.raises(KeyboardInterrupt):
        ensure_tree(root, TINY, workers=1, report=interrupt)
    assert not root.exists()
    assert not list(tmp_path.iterdir())


def test_what_a_killed_process_left_is_removed(tmp_path, flat_clips):
    host, nobody = socket.gethostname(), 2**22 + 1  # above any process id
    left = tmp_path / f'.tree.partial-{host}-{nobody}'
    left.mkdir()
    elsewhere = tmp_path / f'.tree.partial-other.{host}-{nobody}'
    elsewhere.mkdir()
    ensure_tree(tmp_path / 'tree', TINY, workers=1, report=quiet)
    assert not left.exists() and elsewhere.exists()


def interrupt(line):
    if 'of 35' in line:
        raise KeyboardInterrupt


def test_other_parameters_are_an_error_that_names_them(trees):
    with pytest.raises(FileExistsError, match='seed is 0, not 4'):
        ensure_tree(trees['dfew'], SynthSpec(size=32, clips_per_class=1, seed=4))


def test_a_folder_of_something_else_is_left_alone(tmp_path):
    (tmp_path / 'thesis.txt').write_text('precious')
    with pytest.raises(FileExistsError, match='has no generated data set'):
        ensure_tree(tmp_path, TINY)
    assert (tmp_path / 'thesis.txt').read_text() == 'precious'


@pytest.mark.parametrize(
    'wrong', [dict(layout='affwild'), dict(size=33), dict(clips_per_class=0)]
)
def test_bad_parameters_are_named(wrong):
    with pytest.raises(ValueError, match=next(iter(wrong))):
        SynthSpec(**wrong)
