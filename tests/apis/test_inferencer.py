"""The inferencer: every kind of input, one form of result."""

import cv2
import jsonschema
import numpy as np
import pandas as pd
import pytest
import torch
from mmengine.infer import BaseInferencer

from tgdfer_mm.apis import DFERInferencer, result_schema
from tgdfer_mm.evaluation.film_score import score_film
from tgdfer_mm.synth import make_clip
from tgdfer_mm.video.errors import InputError, Interrupted, UsageError
from tgdfer_mm.video.faces import build_detector


@pytest.fixture(scope='module')
def inferencer(demo):
    """With the demo model and the default detector."""
    return DFERInferencer(demo, show_progress=False)


@pytest.fixture
def on_crops(inferencer, monkeypatch):
    """The same one, for frames that are face crops."""
    monkeypatch.setattr(inferencer, 'detector', build_detector('none'))
    return inferencer


def clip(label='surprise', number=3):
    return np.stack(list(make_clip(5, number, label, number, 'clips').frames(64)))


def test_a_film_of_two_people_end_to_end(inferencer, film):
    path, truth = film
    assert isinstance(inferencer, BaseInferencer)
    output = inferencer(str(path))
    assert output['visualization'] == []
    [result] = output['predictions']
    jsonschema.validate(result, result_schema())
    assert result['complete']
    assert result['source']['path'] == str(path)
    assert result['source']['frames'] == truth['frames'] == 80
    assert any('only drawn faces' in warning for warning in result['warnings'])
    assert result['detector'] == dict(
        name='dlib', side=320, threshold=0.0, look_again=True
    )
    score = score_film(result, truth)
    assert score['tracks_found'] == score['tracks'] == 4
    assert score['episodes_found'] >= 0.8 * score['episodes'] > 0
    for track in result['tracks']:
        table = pd.DataFrame(track['frames'])
        assert len(table) == len(track['frames']['index'])
        assert table.time.is_monotonic_increasing


def test_a_clip_is_one_bag_and_gets_the_models_own_prediction(on_crops, demo):
    frames = clip()[:30]
    [result] = on_crops(frames)['predictions']
    [track] = result['tracks']
    [window] = track['windows']
    assert (window['first_frame'], window['last_frame']) == (0, 29)
    chosen = (np.arange(16) * 30 // 16 + np.arange(1, 17) * 30 // 16) // 2
    packed = on_crops.runtime.pipeline([frames[i] for i in chosen])
    batch = dict(inputs=[packed['inputs']], data_samples=[packed['data_samples']])
    with torch.no_grad():
        [sample] = demo.model.test_step(batch)
    assert window['probabilities'] == pytest.approx(
        sample.pred_score.tolist(), abs=1e-4
    )
    scores = track['frames']['scores']
    assert [i for i, s in enumerate(scores) if s is not None] == chosen.tolist()
    seen = np.array([scores[i] for i in chosen])
    np.testing.assert_allclose(seen, sample.instance_scores, atol=1e-4)
    shares = np.array([track['frames']['relevance'][i] for i in chosen])
    assert shares.mean() == pytest.approx(1, abs=1e-3)
    assert track['label'] == demo.classes[int(sample.pred_label)]


def test_paths_arrays_lists_and_folders_are_told_apart(on_crops, tmp_path):
    frames = clip()[:6]
    for number, image in enumerate(frames):
        cv2.imwrite(str(tmp_path / f'{number}.png'), image[..., ::-1])
    inputs = [frames, list(frames), str(tmp_path), tmp_path]
    results = [on_crops(each)['predictions'] for each in inputs]
    assert [len(r) for r in results] == [1] * 4
    assert all(r[0]['tracks'] == results[0][0]['tracks'] for r in results)
    several = on_crops([frames, str(tmp_path)], batch_size=1)['predictions']
    assert [r['source']['path'] for r in several] == ['<array>', str(tmp_path)]
    np.testing.assert_allclose(
        [t['probabilities'] for r in several for t in r['tracks']],
        [results[0][0]['tracks'][0]['probabilities']] * 2,
        atol=1e-4,
    )


def test_a_list_of_pictures_is_one_input_and_any_other_list_is_several(on_crops):
    grey, color = np.zeros((8, 9), np.uint8), np.zeros((8, 9, 3), np.uint8)
    clips = [np.zeros((2, 8, 9, 3), np.uint8)] * 2
    inputs = on_crops._inputs_to_list
    assert inputs([grey, grey]) == [[grey, grey]]
    assert inputs((color,)) == [(color,)]
    assert inputs(clips) == clips and inputs([*clips, color]) == [*clips, color]
    assert inputs(['a', 'b']) == ['a', 'b'] and inputs('a') == ['a']
    assert inputs([0, 1]) == [0, 1] and inputs(0) == [0]
    assert inputs([]) == []


def test_arrays_have_the_rate_that_was_given_and_25_by_default(on_crops, demo):
    assert on_crops(clip()[:3])['predictions'][0]['source']['fps'] == 25
    other = DFERInferencer(demo, faces='none', fps=10, show_progress=False, min_track=0)
    [result] = other(clip()[:3])['predictions']
    assert result['source']['fps'] == 10
    assert result['tracks'][0]['frames']['time'] == [0, 0.1, 0.2]


def test_several_inputs_come_one_by_one_and_a_bad_one_is_named(on_crops, tmp_path):
    results = on_crops.iterate([clip()[:4], tmp_path / 'absent.mp4'])
    assert next(results)['complete']
    with pytest.raises(InputError, match=r'absent\.mp4: there is no such file'):
        next(results)


def test_ctrl_c_hands_out_what_was_read(on_crops):
    class Stops:
        def __enter__(self):
            self.left = 10
            return self

        def __exit__(self, *error):
            pass

        def __call__(self):
            self.left -= 1
            if not self.left:
                raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt) as caught:
        list(on_crops.iterate(clip(), progress=lambda source: Stops()))
    assert isinstance(caught.value, Interrupted)
    result = caught.value.result
    jsonschema.validate(result, result_schema())
    assert not result['complete']
    assert result['tracks'][0]['frames']['index'] == list(range(10))


def test_settings_are_changed_by_name(demo):
    changed = DFERInferencer(demo, faces='none', every=2, window=dict(stride=0.2))
    assert (changed.settings.every, changed.settings.window.stride) == (2, 0.2)
    assert changed.settings.window.seconds == 1.28  # the config's
    with pytest.raises(UsageError, match='crop.size=32, but the model takes 64'):
        DFERInferencer(demo, crop=dict(size=32))
    with pytest.raises(UsageError, match='video.speed'):
        DFERInferencer(demo, speed=2)
    with pytest.raises(UsageError, match="runtime='tensorrt'"):
        DFERInferencer('demo', runtime='tensorrt')
