"""Frames that several windows look at go through the tower once."""

import gc

import numpy as np
import pytest
import torch
from mmengine.dataset import pseudo_collate

from tgdfer_mm.apis.frame_features import sees_single_frames
from tgdfer_mm.apis.preprocessing import steps_after_reading
from tgdfer_mm.apis.runtime import TorchRuntime


@pytest.fixture
def runtime(demo):
    return TorchRuntime(demo, {})


def pictures(count, seed=0):
    rng = np.random.default_rng(seed)
    return [rng.integers(0, 256, (64, 64, 3), np.uint8) for _ in range(count)]


def each_by_itself(runtime, windows):
    """The same predictions without what is kept of frames."""
    plain = TorchRuntime.__new__(TorchRuntime)
    vars(plain).update(vars(runtime))
    plain._features = None
    return plain.predict(windows)


def test_windows_that_overlap_have_the_scores_of_windows_by_themselves(runtime):
    crops = pictures(26)
    windows = [crops[:16], crops[5:21], crops[10:26], crops[20:23]]
    found = runtime.predict(windows[:2]) + runtime.predict(windows[2:])
    for ours, theirs in zip(found, each_by_itself(runtime, windows), strict=True):
        for name in ('probabilities', 'scores', 'relevance'):
            one, other = getattr(ours, name), getattr(theirs, name)
            np.testing.assert_allclose(one, other, atol=1e-5)


def test_a_frame_goes_through_the_tower_once_and_is_forgotten_with_its_crop(
    runtime, monkeypatch
):
    seen, tower = [], runtime.model.backbone.forward
    monkeypatch.setattr(
        *(runtime.model.backbone, 'forward'),
        lambda images: seen.append(len(images)) or tower(images),
    )
    crops = pictures(20)
    runtime.predict([crops[:16], crops[4:]])
    runtime.predict([crops[2:18]])
    assert sum(seen) == 20 and len(runtime._features) == 20
    del crops[:15]
    gc.collect()
    assert len(runtime._features) == 5
    crops.clear()
    gc.collect()
    assert len(runtime._features) == 0


def test_pipelines_and_models_that_see_more_than_a_frame_are_left_alone(demo):
    steps = steps_after_reading(demo.cfg)
    assert sees_single_frames(demo.model, steps)
    assert not sees_single_frames(demo.model, [dict(type='MyTransform'), *steps])
    assert not sees_single_frames(torch.nn.Identity(), steps)

    class Another(type(demo.model)):
        def predict(self, inputs, data_samples):
            return []

    other = Another.__new__(Another)
    torch.nn.Module.__init__(other)
    other.backbone = torch.nn.Identity()
    assert not sees_single_frames(other, steps)


def test_features_are_what_the_model_makes_of_them(runtime):
    packed = [runtime.pipeline(pictures(count, count)) for count in (16, 3)]
    model = runtime.model
    with torch.no_grad():
        batch = model.data_preprocessor(pseudo_collate(packed), False)
        features, _ = model.extract_feat(**batch, stage='backbone', test_mode=True)
        expected = model.predict(**batch)
        found = model.predict_features(features, batch['data_samples'])
    for ours, theirs in zip(found, expected, strict=True):
        assert torch.equal(ours.pred_score, theirs.pred_score)
