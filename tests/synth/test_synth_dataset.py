"""SynthDFEWDataset: a DFEWDataset that makes its own clips."""

import cv2
import numpy as np
import pytest

from tgdfer_mm.datasets.synth_dfew import SynthDFEWDataset
from tgdfer_mm.synth.clips import make_clip
from tgdfer_mm.synth.layouts import plan_clips
from tgdfer_mm.synth.tree import SynthSpec, _write_clip

PLANNED = plan_clips(1)[3]


def build(root, subset='test', **kwargs):
    return SynthDFEWDataset(
        str(root), subset, **{**dict(size=32, clips_per_class=1), **kwargs}
    )


def test_it_generates_then_reuses(tmp_path, flat_clips):
    root = tmp_path / 'clips'
    train, test = build(root, 'train'), build(root)
    assert len(train) == 28 and len(test) == 7
    info = test.metainfo
    assert info['dataset'] == 'SynthDFER (DFEW layout)'
    assert info['pixel_version'] == 'synth_32'
    assert info['fold'] == 1 and info['setting'] == 'single'
    labels = [train.get_data_info(i)['label'] for i in range(28)]
    assert (np.bincount(labels) == 4).all()


def test_folds_differ(trees):
    clips = [
        {d['clip'] for d in build(trees['dfew'], fold=k).load_data_list()}
        for k in (1, 2)
    ]
    assert not clips[0] & clips[1]


def test_videos_are_made_when_asked_for(trees):
    data = build(trees['dfew'], media='videos')
    assert data.get_data_info(0)['filename'].endswith('.mp4')


def test_other_pixels_under_the_same_root_are_an_error(trees):
    with pytest.raises(FileExistsError, match='size is 32, not 64'):
        build(trees['dfew'], size=64)


def test_drawn_clips_are_on_disk_as_they_were_planned(tmp_path):
    _write_clip((tmp_path, SynthSpec(size=32), PLANNED))
    files = sorted((tmp_path / 'Clip/clip_224x224/00004').iterdir())
    clip = make_clip(0, PLANNED.number, PLANNED.emotion, PLANNED.person)
    assert len(files) == len(clip)
    for t in (0, int(clip.intensity.argmax())):
        written = cv2.imread(str(files[t]))[..., ::-1].astype(int)
        assert np.abs(written - clip.draw(t, 32)).mean() < 6  # JPEG


def test_label_noise_touches_training_labels_alone(trees):
    clean, noisy = build(trees['dfew'], 'train'), None
    noisy = build(trees['dfew'], 'train', label_noise=0.5)

    def labels(data):
        return np.array([data.get_data_info(i)['label'] for i in range(len(data))])

    changed = (labels(clean) != labels(noisy)).mean()
    assert 0.25 < changed < 0.75
    again = build(trees['dfew'], 'train', label_noise=0.5)
    assert (labels(again) == labels(noisy)).all()
    test = build(trees['dfew'], label_noise=0.5)
    assert (labels(test) == labels(build(trees['dfew']))).all()


def test_imbalance_thins_out_by_class(tmp_path, flat_clips):
    root = tmp_path / 'clips'
    data = build(root, 'train', clips_per_class=6, imbalance='dfew')
    labels = [data.get_data_info(i)['label'] for i in range(len(data))]
    # happy, sad, neutral, angry, surprise, disgust, fear: shares of 6, over 4 folds
    assert np.bincount(labels).tolist() == [20, 16, 24, 20, 12, 4, 8]


def test_a_level_has_its_own_tree_name_and_classes(tmp_path):
    data = build(tmp_path / 'dynamics', level='dynamics')
    assert data.metainfo['dataset'] == 'SynthDFER dynamics (DFEW layout)'
    assert data.metainfo['classes'][0] == 'rising_surprise'
    assert len(data) == 6
    with pytest.raises(FileExistsError, match="level is 'dynamics', not 'easy'"):
        build(tmp_path / 'dynamics', level='easy')
    with pytest.raises(ValueError, match='is about'):
        build(tmp_path / 'dynamics', level='dynamics', imbalance='dfew')


def test_clips_have_a_sound_if_asked_for(trees):
    root = trees['dfew']
    kinds = {kind: build(root, sound=kind) for kind in (None, 'true', 'other')}
    assert 'sound' not in kinds.pop(None).get_data_info(0)
    heard = {kind: data.get_data_info(0) for kind, data in kinds.items()}
    for kind, info in heard.items():
        clip = kinds[kind].spec.clip(kinds[kind].planned[int(info['clip'])])
        assert info['sound'].seconds == pytest.approx(len(clip) / 25, abs=1e-3)
    assert (heard['true']['sound'].samples != heard['other']['sound'].samples).any()
    with pytest.raises(ValueError, match="sound='loud'"):
        build(root, sound='loud')
