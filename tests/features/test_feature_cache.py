"""Training on computed features is training with the frozen tower, only sooner."""

import copy
import json
import os
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from mmengine.runner import Runner

from tgdfer_mm.datasets.feature_store import FeatureCacheError, FeatureStore
from tgdfer_mm.datasets.transforms import GatherFeatures, OpenFeatures
from tgdfer_mm.features import (
    Plan,
    cache_features,
    train_on_features,
    use_cached_features,
)
from tgdfer_mm.locks import lock_file
from tgdfer_mm.registry import DATASETS, MODELS

CROP = dict(type='RandomResizedCrop', area_range=(0.5, 1.0))
RESIZE = dict(type='Resize', scale=(32, 32), keep_ratio=False)
FLIP = dict(type='Flip', flip_ratio=1.0)


def store_of(cfg, folder, **options):
    return FeatureStore(cache_features(cfg, folder, **options))


def test_losses_scores_and_checkpoint_are_those_of_the_slow_run(
    make_config, run, tmp_path
):
    # Else Adam makes a whole step of rounding where there is no gradient to speak of.
    eps = {'optim_wrapper.optimizer.eps': 0.01}
    slow, runner, scores = run(make_config(**eps))
    state = runner.model.state_dict()
    cached = train_on_features(make_config(**eps), tmp_path / 'cache')
    fast, runner, same = run(cached)
    assert len(slow) == 6 and len(set(slow)) > 1
    assert fast == pytest.approx(slow, abs=1e-4)
    torch.testing.assert_close(scores, same, atol=1e-4, rtol=0)
    found = runner.model.state_dict()
    assert found.keys() == state.keys()
    for name, value in state.items():
        torch.testing.assert_close(found[name], value, atol=1e-4, rtol=0)
    # What was trained on features judges pictures.
    cfg = make_config(load_from=str(tmp_path / 'work/epoch_2.pth'))
    assert Runner.from_cfg(cfg).test()


def test_the_frames_features_are_what_the_tower_makes_of_them(make_config, tmp_path):
    cfg = make_config([FLIP])
    store = store_of(cfg, tmp_path)
    tower = Plan(cfg).tower
    preprocessor = MODELS.build(cfg.model.data_preprocessor)
    cfg.test_dataloader.dataset.pipeline[1].num_frames = 10
    data = DATASETS.build(cfg.test_dataloader.dataset)
    batch = data[0]  # clip 00008 has 10 frames
    for view, pictures in (
        ('plain', batch['inputs']),
        ('flip', batch['inputs'].flip(-1)),
    ):
        images = preprocessor(dict(inputs=[pictures], data_samples=None))['inputs'][0]
        found = torch.from_numpy(store.gather('00008', np.arange(10), view))
        torch.testing.assert_close(found, tower(images), atol=1e-5, rtol=1e-5)


def test_training_takes_the_views_as_often_as_the_pipeline_flips(make_config, tmp_path):
    cfg = train_on_features(make_config([dict(FLIP, flip_ratio=0.25)]), tmp_path)
    gather = cfg.train_dataloader.dataset.pipeline[2]
    assert gather.views == dict(plain=0.75, flip=0.25)
    assert cfg.test_dataloader.dataset.pipeline[2].views == dict(plain=1.0)
    transform = GatherFeatures(gather.path, gather.key, gather.views)
    np.random.seed(0)
    sample = dict(clip='00003', frame_inds=np.arange(4))
    drawn = [transform(dict(sample))['imgs'] for _ in range(200)]
    plain = transform.store.gather('00003', np.arange(4))
    share = np.mean([(each == plain).all() for each in drawn])
    assert 0.65 < share < 0.85
    assert drawn[0].dtype == np.float32 and drawn[0].shape == (4, 32)


def test_draws_of_the_pipeline_are_clip_consistent_and_repeatable(
    make_config, tmp_path, clips
):
    picture = next((clips / 'Clip/clip_224x224/00003').iterdir()).read_bytes()
    for path in (clips / 'Clip/clip_224x224/00003').iterdir():
        path.write_bytes(picture)
    stores = [
        store_of(make_config([CROP, RESIZE]), tmp_path / name, views=2) for name in 'ab'
    ]
    assert stores[0].views == ('plain', 'augmented0', 'augmented1')
    np.testing.assert_array_equal(stores[0].array, stores[1].array)
    frames = [stores[0].gather('00003', np.arange(5), v) for v in stores[0].views]
    for view in frames:  # one crop for all frames of a clip
        np.testing.assert_allclose(view, view[:1].repeat(5, 0), atol=1e-5)
    assert not np.allclose(frames[1], frames[2], atol=1e-3)


def test_all_folds_share_one_cache_and_it_is_computed_once(make_config, tmp_path):
    path = cache_features(make_config(), tmp_path)
    before = (path / 'features.npy').stat().st_mtime_ns
    assert cache_features(make_config(fold=2, seed=5), tmp_path) == path
    assert (path / 'features.npy').stat().st_mtime_ns == before


def test_half_precision_is_another_cache_and_close(make_config, tmp_path):
    full, half = (
        store_of(make_config(), tmp_path, dtype=d) for d in ('float32', 'float16')
    )
    assert full.path != half.path and half.array.dtype == np.float16
    np.testing.assert_allclose(full.array, half.array, atol=5e-3)


def test_a_broken_clip_stays_broken(make_config, tmp_path, clips):
    (clips / 'Clip/clip_224x224/00009/000.png').write_bytes(b'no picture')
    cfg = train_on_features(make_config(), tmp_path)
    data = DATASETS.build(cfg.test_dataloader.dataset)
    sample = data[1]['data_samples']
    assert sample.clip == '00009' and 'cannot be decoded' in sample.damaged
    assert data[1]['inputs'].count_nonzero() == 0


@pytest.mark.parametrize(
    ('change', 'named'),
    [
        (dict(frozen_stages=-1), "not frozen.*frozen_stages='all'"),
        (dict(frozen_stages=0), 'not frozen.*15 of its parameters'),
        (dict(pretrained=None), 'no pretrained weights'),
    ],
)
def test_a_tower_that_changes_is_refused(make_config, tmp_path, change, named):
    changes = {f'model.backbone.{key}': value for key, value in change.items()}
    with pytest.raises(FeatureCacheError, match=named):
        cache_features(make_config(**changes), tmp_path)


@pytest.mark.parametrize(
    ('augment', 'named'),
    [
        ([CROP, RESIZE, FLIP], '^RandomResizedCrop, Resize in.*--views'),
        ([dict(type='ColorJitter')], '^ColorJitter'),
        ([dict(FLIP, direction='vertical')], '^Flip'),
    ],
)
def test_augmentation_without_a_picture_for_it_is_refused(make_config, augment, named):
    with pytest.raises(FeatureCacheError, match=named):
        Plan(make_config(augment))
    assert Plan(make_config(augment), views='plain').views == ['plain']
    assert len(Plan(make_config(augment), views=4).views) == 5


def other_weights(cfg, clips, tmp_path):
    state = torch.load(cfg.model.backbone.pretrained)
    state['visual.proj'][0, 0] += 1e-4
    cfg.model.backbone.pretrained = str(tmp_path / 'other.pt')
    torch.save(state, tmp_path / 'other.pt')


def other_architecture(cfg, clips, tmp_path):
    cfg.model.backbone.arch.vision_cfg.head_width = 32


def other_transform(cfg, clips, tmp_path):
    for loader in (cfg.val_dataloader, cfg.test_dataloader):
        loader.dataset.pipeline.insert(3, dict(RESIZE, interpolation='nearest'))


def other_normalisation(cfg, clips, tmp_path):
    cfg.model.data_preprocessor.mean = [120.0] * 3


def other_clip(cfg, clips, tmp_path):
    picture = np.zeros((32, 32, 3), np.uint8)
    cv2.imwrite(str(clips / 'Clip/clip_224x224/00004/002.png'), picture)


def other_list(cfg, clips, tmp_path):
    path = clips / 'EmoLabel_DataSplit/test(single-labeled)/set_1.csv'
    path.write_text('\n'.join(path.read_text().splitlines()[:-1]))


def other_pixels(cfg, clips, tmp_path):
    for loader in (cfg.train_dataloader, cfg.val_dataloader, cfg.test_dataloader):
        loader.dataset.update(pixel_version='mine', media_dir='Clip/clip_224x224')


@pytest.mark.parametrize(
    ('change', 'named'),
    [
        (other_weights, 'needs: weights: '),
        (other_architecture, 'needs: architecture: '),
        (other_transform, 'needs: transforms: '),
        (other_normalisation, 'needs: preprocessing: '),
        (other_clip, r'needs: clips: 1 with other files \(00004\)'),
        (other_list, r'needs: clips: 1 only there \(00010\)'),
        (other_pixels, 'needs: pixel_version: clip_224x224 there, mine here'),
    ],
)
def test_features_of_something_else_are_refused(
    make_config, clips, tmp_path, change, named
):
    cfg = make_config()
    path = cache_features(cfg, tmp_path / 'cache', views='plain')
    use_cached_features(copy.deepcopy(cfg), path)
    change(cfg, clips, tmp_path)
    with pytest.raises(FeatureCacheError, match=named):
        use_cached_features(cfg, path)
    # Asked for by what they are made of, they are others.
    assert cache_features(cfg, tmp_path / 'cache', views='plain') != path


def test_a_config_refers_to_its_features_by_key(make_config, tmp_path):
    path = cache_features(make_config(), tmp_path)
    with pytest.raises(FeatureCacheError, match='holds the features with the key'):
        OpenFeatures(str(path), 'x')
    transform = OpenFeatures(str(path), FeatureStore(path).key)
    assert transform(dict(clip='00005'))['total_frames'] == 7
    with pytest.raises(FeatureCacheError, match='no features of clip 00099'):
        transform(dict(clip='00099'))
    header = path / 'header.json'
    header.write_text(header.read_text().replace('clip_224x224', 'clip_x'))
    with pytest.raises(FeatureCacheError, match='changed by hand'):
        FeatureStore(path)
    header.unlink()
    with pytest.raises(FeatureCacheError, match='no computed features'):
        FeatureStore(path)


def test_a_precomputed_tower_takes_no_pictures(make_config, tmp_path):
    cfg = train_on_features(make_config(), tmp_path)
    tower = MODELS.build(cfg.model.backbone)
    assert tower(torch.ones(2, 32)).sum() == 64
    with pytest.raises(ValueError, match='original config'):
        tower(torch.ones(2, 3, 32, 32))


@pytest.mark.slow
def test_two_processes_compute_what_one_does(make_config, tmp_path):
    cfg = make_config([FLIP])
    path = cache_features(cfg, tmp_path / 'one')
    file = tmp_path / 'config.py'
    cfg.custom_imports = dict(imports=['tgdfer_mm'])
    cfg.dump(file)
    tool = Path(__file__).parents[2] / 'tools/cache_features.py'
    command = [
        *(sys.executable, '-m', 'torch.distributed.run', '--nproc_per_node', '2'),
        *('--master_port', '0', '--rdzv_backend', 'c10d'),
        *('--rdzv_endpoint', 'localhost:0', tool, file, tmp_path / 'two'),
        *('--launcher', 'pytorch'),
    ]
    env = dict(os.environ, CUDA_VISIBLE_DEVICES='', OMP_NUM_THREADS='1')
    done = subprocess.run(list(map(str, command)), env=env, capture_output=True)
    assert done.returncode == 0, done.stderr.decode()
    two = FeatureStore(tmp_path / 'two' / path.name)
    np.testing.assert_allclose(two.array, FeatureStore(path).array, atol=1e-6)
    assert two.clips == FeatureStore(path).clips


def test_damage_is_noticed_wherever_it_is(make_config, tmp_path):
    path = cache_features(make_config([FLIP]), tmp_path)
    array, header = path / 'features.npy', path / 'header.json'
    whole, said = array.read_bytes(), header.read_text()
    valid = FeatureStore(path)
    inds = np.arange(3)
    clips = list(valid.clips)
    expected = {clip: valid.gather(clip, inds, 'flip') for clip in clips}
    refused = 0
    for place in range(0, len(whole), len(whole) // 40):
        array.write_bytes(whole[:place] + bytes(64) + whole[place + 64 :][: len(whole)])
        try:
            store = FeatureStore(path)
            for clip in clips:
                found = store.gather(clip, inds, 'flip')
                np.testing.assert_array_equal(found, expected[clip])
        except FeatureCacheError as error:
            assert str(array) in str(error)
            refused += 1
    assert refused > 30
    array.write_bytes(whole)
    FeatureStore(path).check()
    for place in range(0, len(said), len(said) // 60):
        other = 'x' if said[place] != 'x' else 'y'
        header.write_text(said[:place] + other + said[place + 1 :])
        try:
            store = FeatureStore(path)
        except FeatureCacheError as error:
            assert str(path) in str(error)
        else:  # the name of the hash itself is spoilt
            assert store.clips == valid.clips


def test_features_without_checksums_load_with_a_warning(make_config, tmp_path):
    path = cache_features(make_config(), tmp_path)
    header = path / 'header.json'
    content = json.loads(header.read_text())
    del content['sums'], content['sha256']
    header.write_text(json.dumps(content))
    with pytest.warns(UserWarning, match='no checksums'):
        store = FeatureStore(path)
    assert store.gather('00005', np.arange(2)).shape[0] == 2


def test_a_run_waits_for_another_that_computes_the_same(
    make_config, tmp_path, monkeypatch
):
    plan = Plan(make_config())
    lock = tmp_path / f'.{plan.key[:16]}.lock'
    with open(lock, 'w') as other:
        assert lock_file(other.fileno(), wait=False)
        said = []

        def finish(text, **kwargs):  # what the other run does meanwhile
            said.append(text)
            other.close()

        monkeypatch.setattr('tgdfer_mm.features.compute.print_log', finish)
        path = cache_features(make_config(), tmp_path, plan=plan)
    assert 'is in use by process' in said[0] and 'waits' in said[0]
    assert FeatureStore(path).key == plan.key and not lock.exists()


@pytest.mark.parametrize(
    ('name', 'content'),
    [
        ('header.json', b'[' * 200_000),
        ('features.npy', b'\x93NUMPY\1\0' + (9000).to_bytes(2, 'little') + b'(' * 9000),
    ],
)
def test_files_of_others_that_nest_too_deep_are_damaged(
    make_config, tmp_path, name, content
):
    path = cache_features(make_config(), tmp_path)
    (path / name).write_bytes(content)
    with pytest.raises(FeatureCacheError, match=f'{name}.*damaged'):
        FeatureStore(path)


def test_a_list_of_damaged_clips_that_is_none_is_damage(make_config, tmp_path):
    path = cache_features(make_config(), tmp_path)
    header = path / 'header.json'
    content = json.loads(header.read_text())
    del content['sha256']
    header.write_text(json.dumps(dict(content, damaged=5)))
    with pytest.raises(FeatureCacheError, match='damaged'):
        FeatureStore(path)
