"""Assignment of a model's output to the frames."""

from types import SimpleNamespace

import numpy as np
import pytest
import torch
from mmaction.structures import ActionDataSample

from tgdfer_mm.apis.runtime import (
    OnnxRuntime,
    _check_place,
    _finite,
    _from_sample,
    _providers,
    make_runtime,
)
from tgdfer_mm.devices import check_device
from tgdfer_mm.video.analysis import Prediction
from tgdfer_mm.video.errors import InputError, NoNumberError, UsageError
from tgdfer_mm.video.settings import VideoSettings


def predicted(instances, group, seed=0):
    """A sample with `instances` of `group` frames each, of three classes."""
    generator = torch.Generator().manual_seed(seed)
    relevance = torch.rand(instances, 3, generator=generator)
    sample = ActionDataSample()
    sample.set_pred_score(torch.tensor([0.2, 0.5, 0.3]))
    sample.set_field(torch.rand(instances, 3, generator=generator), 'instance_scores')
    sample.set_field(relevance / relevance.sum(0), 'relevance')
    if group > 1:
        sample.set_metainfo(dict(frames_per_instance=group))
    return sample


@pytest.mark.parametrize(
    ('instances', 'group', 'count'),
    [(8, 1, 8), (8, 1, 5), (4, 4, 16), (4, 4, 13), (2, 8, 9), (1, 16, 1), (1, 16, 16)],
)
def test_frames_of_an_instance_share_its_score_and_split_its_relevance(
    instances, group, count
):
    sample = predicted(instances, group)
    said = _from_sample(sample, count)
    assert said.probabilities.tolist() == pytest.approx([0.2, 0.5, 0.3])
    assert said.scores.shape == said.relevance.shape == (count, 3)
    for frame in range(count):
        owner = frame // group
        together = sum(1 for other in range(count) if other // group == owner)
        np.testing.assert_allclose(said.scores[frame], sample.instance_scores[owner])
        np.testing.assert_allclose(
            said.relevance[frame], sample.relevance[owner] / together, rtol=1e-6
        )
    seen = sample.relevance[: -(-count // group)].sum(0)
    np.testing.assert_allclose(said.relevance.sum(0), seen, rtol=1e-5)


def test_attention_counts_for_every_class_alike():
    sample = predicted(4, 2)
    sample.pop('relevance')
    sample.set_field(torch.tensor([0.1, 0.2, 0.3, 0.4]), 'attention')
    said = _from_sample(sample, 8)
    expected = np.repeat([0.05, 0.1, 0.15, 0.2], 2)
    np.testing.assert_allclose(
        said.relevance, expected[:, None].repeat(3, 1), rtol=1e-6
    )


def test_a_model_without_instances_says_nothing_of_frames():
    sample = ActionDataSample().set_pred_score(torch.tensor([0.4, 0.6]))
    said = _from_sample(sample, 3)
    assert said.scores is None and said.relevance is None
    assert said.probabilities.tolist() == pytest.approx([0.4, 0.6])


class Session:
    """Stands in for onnxruntime's: two frames an instance, each shows its number."""

    def run(self, names, given):
        self.given = given
        numbers = given['frames'][:, :, 0, 0, 0].astype(np.float32)  # (B, length)
        scores = np.stack([numbers[:, ::2]] * 2, axis=2)
        return [numbers[:, :2], scores, np.ones_like(scores)]


def test_the_onnx_runtime_pads_with_the_last_crop_and_keeps_windows_apart():
    runtime = OnnxRuntime.__new__(OnnxRuntime)
    runtime._session, runtime.about = Session(), {}
    runtime.settings = VideoSettings().updated(dict(window=dict(frames=6)))
    shown = [1, 2, 3], [4, 5, 6, 7, 8, 9]
    windows = [[np.full((4, 5, 3), n, np.uint8) for n in row] for row in shown]
    windows[0][0][1, 2] = (7, 8, 9)
    first, second = runtime.predict(windows)
    frames = runtime._session.given['frames']
    assert frames.shape == (2, 6, 3, 4, 5)
    assert frames[0, 0, :, 1, 2].tolist() == [7, 8, 9]
    assert frames[:, :, 0, 0, 0].tolist() == [[1, 2, 3, 3, 3, 3], [4, 5, 6, 7, 8, 9]]
    assert runtime._session.given['valid'].tolist() == [3, 6]
    assert first.probabilities.tolist() == [1, 2]
    assert first.scores[:, 0].tolist() == [1, 1, 3]
    assert first.relevance[:, 0].tolist() == [0.5, 0.5, 1]
    assert second.scores[:, 0].tolist() == [4, 4, 6, 6, 8, 8]
    assert second.relevance[:, 0].tolist() == [0.5] * 6


@pytest.mark.parametrize(
    ('device', 'runtime', 'place'),
    [
        *(('cuda:1', 'torch', 'cuda:1'), ('cuda:1', 'onnx', 'cpu')),
        *((None, 'torch', 'best'), (None, 'onnx', 'cpu')),
    ],
)
def test_where_a_model_is_loaded(device, runtime, place, monkeypatch):
    loaded = []

    def load(model, checkpoint, where):
        loaded.append((model, checkpoint, where))
        raise InputError('not now')

    monkeypatch.setattr('tgdfer_mm.apis.runtime.load_model', load)
    monkeypatch.setattr('tgdfer_mm.apis.runtime.get_device', lambda: 'best')
    monkeypatch.setattr('tgdfer_mm.apis.runtime.check_device', lambda device: device)
    monkeypatch.setattr('tgdfer_mm.apis.runtime._providers', lambda *args: [])
    for model in ('a.json', 'a.py'):
        with pytest.raises(InputError, match='not now'):
            make_runtime(model, 'b.pth', device, runtime, {})
        assert loaded.pop() == (model, 'b.pth', place)


@pytest.mark.parametrize(
    ('device', 'offered', 'providers'),
    [
        ('cpu', [], ['CPUExecutionProvider']),
        (
            'cuda:1',
            ['CUDAExecutionProvider'],
            [('CUDAExecutionProvider', dict(device_id=1)), 'CPUExecutionProvider'],
        ),
    ],
)
def test_devices_of_onnxruntime(device, offered, providers):
    runtime = SimpleNamespace(get_available_providers=lambda: offered)
    assert _providers(device, runtime) == providers


@pytest.mark.parametrize('device', ['cuda', 'mps', 'cuda:0'])
def test_a_device_that_onnxruntime_lacks_is_refused(device):
    runtime = SimpleNamespace(get_available_providers=lambda: ['CPUExecutionProvider'])
    with pytest.raises(UsageError, match=f"device='{device}'.*offers only"):
        _providers(device, runtime)


@pytest.mark.parametrize('group', [1, 4])
def test_a_head_with_one_weight_for_all_classes_says_it_of_each(group):
    sample = predicted(4, group)
    shares = sample.pop('relevance')[:, 0]
    sample.set_field(shares, 'attention')
    said = _from_sample(sample, 4 * group)
    expected = (shares / group).repeat_interleave(group)
    for column in said.relevance.T:
        np.testing.assert_allclose(column, expected, rtol=1e-6)


def test_a_head_without_weights_has_scores_all_the_same():
    sample = predicted(4, 1)
    sample.pop('relevance')
    said = _from_sample(sample, 3)
    assert said.relevance is None and said.scores.shape == (3, 3)


@pytest.mark.parametrize('field', ['probabilities', 'scores', 'relevance'])
@pytest.mark.parametrize('value', [np.nan, np.inf])
def test_an_output_that_is_no_number_is_refused(field, value):
    said = Prediction(np.ones(2), np.ones((3, 2)), np.ones((3, 2)))
    assert _finite(said) is said
    assert _finite(Prediction(np.ones(2), None, None)).scores is None
    getattr(said, field).flat[-1] = value
    with pytest.raises(NoNumberError, match=f'gives {field} with NaN or infinity'):
        _finite(said)


@pytest.mark.parametrize('device', ['gpu', 'cuda:99', 'xyz', 'meta', 'mps', 'cpu1'])
@pytest.mark.parametrize('runtime', ['torch', 'onnx'])
def test_a_device_that_is_not_there_is_refused_before_a_model_is_read(
    device, runtime, monkeypatch
):
    pytest.importorskip('onnxruntime')
    monkeypatch.setattr('torch.backends.mps.is_available', lambda: False)
    monkeypatch.setattr(
        'tgdfer_mm.apis.runtime.load_model', lambda *args: pytest.fail('loaded')
    )
    assert check_device('cpu') == 'cpu'
    with pytest.raises(UsageError, match=f"device='{device}'") as caught:
        make_runtime('demo', None, device, runtime, {})
    assert 'cpu' in str(caught.value).lower() and '\n' not in str(caught.value)


def test_onnxruntime_that_falls_back_to_the_cpu_is_found_out():
    session = SimpleNamespace(get_providers=lambda: ['CPUExecutionProvider'])
    _check_place(session, 'cpu')
    with pytest.raises(UsageError, match="device='cuda:1'.*only CPUExecutionProvider"):
        _check_place(session, 'cuda:1')
