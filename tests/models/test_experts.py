"""Classifiers of single faces: what they are given, what they give, what is refused."""

import hashlib
import sys
from types import ModuleType

import numpy as np
import onnxruntime
import pytest
import torch
import torchvision
from onnx import TensorProto
from safetensors.torch import save_file

from tgdfer_mm.models import FunctionExpert, MiniXception, OnnxExpert, TorchExpert
from tgdfer_mm.models.experts.frame_expert import FrameExpert
from tgdfer_mm.registry import MODELS
from tgdfer_mm.video.errors import InputError, MissingPackage, UsageError

from .onnx_files import write_onnx

PICTURES = torch.randint(0, 256, (3, 3, 16, 16), generator=torch.manual_seed(0)).float()


class Shows(FrameExpert):
    """Gives the first pixel of what the network would be given."""

    def __init__(self, **kwargs):
        super().__init__(1 if kwargs.get('color') == 'grey' else 3, **kwargs)

    def run(self, pictures):
        return pictures[:, :, 0, 0]


@pytest.mark.parametrize(
    ('settings', 'expected'),
    [
        (dict(), (10, 20, 30)),
        (dict(color='bgr'), (30, 20, 10)),
        (dict(color='grey'), (0.299 * 10 + 0.587 * 20 + 0.114 * 30,)),
        (dict(mean=10.0, std=5.0), (0, 2, 4)),
        (dict(mean=[10, 20, 40], std=[1, 2, 5]), (0, 0, -2)),
        (dict(color='bgr', mean=[30, 0, 0]), (0, 20, 10)),  # in the network's order
    ],
)
def test_pictures_are_prepared_as_the_config_says(settings, expected):
    pixel = torch.tensor([10.0, 20.0, 30.0]).view(1, 3, 1, 1)  # red, green, blue
    given = Shows(**settings)(pixel.expand(2, 3, 4, 4))
    torch.testing.assert_close(given, torch.tensor([expected] * 2).float())


def test_pictures_of_another_size_are_scaled():
    halves = torch.cat([torch.zeros(1, 3, 8, 4), torch.full((1, 3, 8, 4), 100.0)], -1)
    small = FrameExpert(3, size=2).prepare(halves)
    assert small.shape == (1, 3, 2, 2)
    assert small[0, 0, :, 0].max() < 50 < small[0, 0, :, 1].min()


def test_many_pictures_are_judged_in_parts_and_in_their_order():
    sizes = []

    class Counts(Shows):
        def run(self, pictures):
            sizes.append(len(pictures))
            return super().run(pictures)

    pictures = torch.arange(150.0)[:, None, None, None].expand(150, 3, 2, 2)
    with torch.no_grad():
        found = Counts()(pictures)
    assert found[:, 0].tolist() == list(range(150))
    assert max(sizes) <= 64 and sum(sizes) == 150


@pytest.mark.parametrize(
    ('settings', 'said'),
    [
        (dict(color='gray'), 'color'),
        (dict(gives='scores'), 'gives'),
        (dict(mean=[1, 2]), 'one a channel'),
        (dict(color='grey', std=[1, 2, 3]), 'one a channel'),
        (dict(std=0.0), 'above 0'),
    ],
)
def test_settings_that_cannot_work_are_refused(settings, said):
    with pytest.raises(UsageError, match=said):
        FrameExpert(3, **settings)


# --- ONNX files


@pytest.mark.parametrize('batch', ['N', 1])
@pytest.mark.parametrize('last', [False, True])
def test_an_onnx_file_gives_what_onnxruntime_gives(tmp_path, batch, last):
    shape = (batch, 16, 16, 3) if last else (batch, 3, 16, 16)
    path = tmp_path / 'small.onnx'
    numbers = write_onnx(path, shape=shape, axes=(1, 2) if last else (2, 3))
    expert = OnnxExpert(str(path), mean=127.5, std=127.5)
    assert (expert.out_channels, expert.size) == (7, 16)
    found = expert(PICTURES).numpy()
    prepared = ((PICTURES - 127.5) / 127.5).numpy()
    session = onnxruntime.InferenceSession(str(path))
    order = (0, 2, 3, 1) if last else (0, 1, 2, 3)
    direct = [session.run(None, {'x0': p[None].transpose(order)})[0] for p in prepared]
    np.testing.assert_allclose(found, np.concatenate(direct), atol=1e-6)
    np.testing.assert_allclose(found, numbers(prepared), atol=1e-5)


def test_an_onnx_file_that_gives_probabilities_gives_their_logarithms(tmp_path):
    write_onnx(tmp_path / 'a.onnx', softmax=True)
    write_onnx(tmp_path / 'b.onnx')
    shares = OnnxExpert(str(tmp_path / 'a.onnx'), gives='probabilities', std=100.0)
    logits = OnnxExpert(str(tmp_path / 'b.onnx'), std=100.0)
    expected = logits(PICTURES).log_softmax(-1)
    torch.testing.assert_close(shares(PICTURES), expected, atol=1e-4, rtol=1e-4)
    wrong = OnnxExpert(str(tmp_path / 'b.onnx'), gives='probabilities')
    with pytest.raises(UsageError, match="gives='logits'"):
        wrong(PICTURES)


def test_the_output_is_chosen_by_name_if_there_are_several(tmp_path):
    path = tmp_path / 'two.onnx'
    write_onnx(path, outputs=2)
    with pytest.raises(UsageError, match='scores, share'):
        OnnxExpert(str(path))
    expert = OnnxExpert(str(path), output='share')
    assert expert(PICTURES).sum(1).tolist() == pytest.approx([1, 1, 1], abs=1e-5)


@pytest.mark.parametrize(
    ('file', 'settings', 'said'),
    [
        (dict(inputs=2), {}, 'an expert takes one float32 tensor'),
        (dict(kind=TensorProto.DOUBLE), {}, 'an expert takes one float32 tensor'),
        (dict(shape=('N', 1, 16, 16)), {}, '1 channels'),
        (dict(shape=('N', 3, 16, 8)), {}, '16 x 8'),
        (dict(shape=('N', 3, 'H', 'W')), {}, 'state OnnxExpert.size'),
        (dict(), dict(size=20), 'OnnxExpert.size is 20'),
        (dict(shape=(4, 3, 16, 16)), {}, 'an expert takes one float32 tensor'),
    ],
)
def test_a_file_of_another_interface_is_refused(tmp_path, file, settings, said):
    write_onnx(tmp_path / 'x.onnx', **file)
    with pytest.raises((InputError, UsageError), match=said):
        OnnxExpert(str(tmp_path / 'x.onnx'), **settings)


def test_a_file_that_is_absent_damaged_or_another_one_is_refused(tmp_path):
    path = tmp_path / 'x.onnx'
    with pytest.raises(InputError, match='no such ONNX file'):
        OnnxExpert(str(path))
    path.write_bytes(b'nothing')
    with pytest.raises(InputError, match='cannot load it'):
        OnnxExpert(str(path))
    write_onnx(path)
    right = hashlib.sha256(path.read_bytes()).hexdigest()
    assert OnnxExpert(str(path), sha256=right).out_channels == 7
    with pytest.raises(InputError, match='not the file that the config means'):
        OnnxExpert(str(path), sha256='0' * 64)


def test_without_onnxruntime_it_says_what_to_install(tmp_path, monkeypatch):
    write_onnx(tmp_path / 'x.onnx')
    monkeypatch.setitem(sys.modules, 'onnxruntime', None)
    with pytest.raises(MissingPackage, match=r'pip install "tgdfer_mm\[models\]"'):
        OnnxExpert(str(tmp_path / 'x.onnx'))


def test_a_checkpoint_made_with_another_file_is_refused(tmp_path):
    write_onnx(tmp_path / 'a.onnx', seed=1)
    write_onnx(tmp_path / 'b.onnx', seed=2)
    state = OnnxExpert(str(tmp_path / 'a.onnx')).state_dict()
    OnnxExpert(str(tmp_path / 'a.onnx')).load_state_dict(state)
    with pytest.raises(RuntimeError, match='another ONNX file'):
        OnnxExpert(str(tmp_path / 'b.onnx')).load_state_dict(state)


# --- torch


@pytest.mark.parametrize('network', ['torchvision.squeezenet1_0', 'timm.nothing', 'x'])
def test_a_network_that_cannot_serve_is_refused(network):
    with pytest.raises(UsageError, match=network.split('.')[0]):
        TorchExpert(network, 7)


def test_a_torchvision_network_is_filled_from_its_file(tmp_path):
    torch.manual_seed(1)
    network = torchvision.models.shufflenet_v2_x0_5(num_classes=5).eval()
    path = tmp_path / 'weights.safetensors'
    save_file(network.state_dict(), path)
    name = 'torchvision.shufflenet_v2_x0_5'
    pictures = torch.rand(2, 3, 32, 32) * 255
    expert = TorchExpert(name, 5, mean=127.5, std=127.5, pretrained=str(path))
    expert.init_weights()
    expected = network((pictures - 127.5) / 127.5)
    torch.testing.assert_close(expert(pictures), expected)
    features = TorchExpert(name, 5, True, mean=127.5, std=127.5, pretrained=str(path))
    features.init_weights()
    assert features.out_channels == network.fc.in_features
    torch.testing.assert_close(network.fc(features(pictures)), expected)


@pytest.mark.parametrize(
    ('change', 'said'),
    [
        (lambda s: s.pop('fc.bias'), 'missing, such as fc.bias'),
        (lambda s: s.pop('conv1.1.running_mean'), 'running_mean'),
        (lambda s: s.update(other=torch.zeros(1)), 'not of the model, such as other'),
        (lambda s: s.update({'fc.bias': torch.zeros(4)}), r'\(4,\) for \(5,\)'),
    ],
)
def test_a_file_that_does_not_fit_is_refused(tmp_path, change, said):
    state = torchvision.models.shufflenet_v2_x0_5(num_classes=5).state_dict()
    change(state)
    path = tmp_path / 'weights.safetensors'
    save_file(state, path)
    expert = TorchExpert('torchvision.shufflenet_v2_x0_5', 5, pretrained=str(path))
    with pytest.raises(InputError, match=said):
        expert.init_weights()


def test_a_frozen_expert_stays_as_it_is_and_another_one_trains():
    frozen, free = MiniXception(), MiniXception(frozen=False)
    frozen.train()
    free.train()
    assert not any(m.training for m in frozen.modules())
    assert not any(p.requires_grad for p in frozen.parameters())
    assert all(m.training for m in free.modules())
    assert all(p.requires_grad for p in free.parameters())


def test_mini_xception_gives_logits_or_the_features_below_them():
    torch.manual_seed(0)
    logits, features = MiniXception(), MiniXception(features=True)
    features.load_state_dict(logits.state_dict())
    pictures = torch.rand(2, 3, 64, 64) * 255
    assert logits(pictures).shape == (2, 7)
    assert features(pictures).shape == (2, 128) and features.out_channels == 128


# --- functions


def reds(pictures):
    """Class 0 by the red of the upper left pixel."""
    assert pictures.dtype == np.uint8 and pictures.shape[-1] == 3
    return np.stack([pictures[:, 0, 0, 0], pictures[:, 0, 0, 2]], 1)


def test_a_function_gets_pictures_and_gives_scores(monkeypatch):
    expert = MODELS.build(dict(type='FunctionExpert', function=reds, out_channels=2))
    expected = PICTURES[:, [0, 2], 0, 0]
    torch.testing.assert_close(expert(PICTURES), expected)
    module = ModuleType('own_model')
    module.reds = reds
    monkeypatch.setitem(sys.modules, 'own_model', module)
    named = FunctionExpert('own_model.reds', 2)
    torch.testing.assert_close(named(PICTURES), expected)


@pytest.mark.parametrize('name', ['no_such.module', 'math.nothing', 'math.pi', 'x'])
def test_a_function_that_is_none_is_refused(name):
    with pytest.raises(UsageError, match='FunctionExpert.function'):
        FunctionExpert(name, 2)


def test_what_a_function_raises_is_a_sentence():
    def broken(pictures):
        raise KeyError('no weights')

    with pytest.raises(UsageError, match='function failed .KeyError: .no weights'):
        FunctionExpert(broken, 2)(PICTURES)
    with pytest.raises(UsageError, match='function failed'):
        FunctionExpert(lambda pictures: 'happy', 2)(PICTURES)


@pytest.mark.parametrize(
    'given', [np.zeros((3, 5)), np.zeros((2, 2)), np.zeros(3), 1.0]
)
def test_a_function_that_gives_another_shape_is_named(given):
    expert = FunctionExpert(lambda pictures: given, 2)
    with pytest.raises(UsageError, match='FunctionExpert'):
        expert(PICTURES)
