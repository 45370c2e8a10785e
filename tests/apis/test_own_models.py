"""A classifier of single faces of the user's own: one small config, and a result."""

import hashlib

import jsonschema
import numpy as np
import pytest
import torch
import torchvision
from safetensors.torch import save_file

from tgdfer_cli.main import main
from tgdfer_mm.apis import DFERInferencer, load_model, result_schema
from tgdfer_mm.apis.export import export_onnx
from tgdfer_mm.models.experts.frame_expert import FrameExpert
from tgdfer_mm.models.experts.weights import fill
from tgdfer_mm.registry import MODELS
from tgdfer_mm.video.errors import InputError, UsageError

from ..models.onnx_files import write_onnx

ONNX = """
_base_ = ['tgdfer_mm::_base_/frame_expert.py']
image_size = 16
model = dict(
    backbone=dict(type='OnnxExpert', file={file!r}, color='bgr', mean=127.5, std=127.5),
    cls_head=dict(classes={classes}, extra_classes={extra!r}),
)
video = dict(crop=dict(margin=0.2))
"""
CLASSES = ('sad', 'neutral', 'contempt')
FUNCTION = """
_base_ = ['tgdfer_mm::_base_/frame_expert.py']
model = dict(
    backbone=dict(
        type='FunctionExpert',
        function='tests.apis.test_own_models.by_brightness',
        out_channels=2,
        gives='probabilities',
    ),
    cls_head=dict(classes=['neutral', 'happy']),
)
video = dict(window=dict(seconds=1.0, stride=0.5, frames=8))
"""
TORCH = """
_base_ = ['tgdfer_mm::_base_/frame_expert.py']
image_size = 32
model = dict(
    backbone=dict(
        type='TorchExpert',
        network='torchvision.shufflenet_v2_x0_5',
        num_classes=3,
        mean=[123.675, 116.28, 103.53],
        std=[58.395, 57.12, 57.375],
        pretrained={file!r},
    ),
    cls_head=dict(classes=['happy', 'sad', 'neutral']),
)
"""
SMALL = """
_base_ = ['tgdfer_mm::_base_/frame_expert.py']
image_size = 16
model = dict(
    backbone=dict(
        type='SmallExpertOfThisTest', mean=100.0, std=50.0, pretrained={file!r}
    ),
    cls_head=dict(classes=['happy', 'sad', 'neutral']),
)
"""


@MODELS.register_module(name='SmallExpertOfThisTest')
class SmallExpert(FrameExpert):
    """One layer, as a user would write it."""

    def __init__(self, **kwargs):
        super().__init__(3, **kwargs)
        self.layer = torch.nn.Conv2d(3, 3, 3)
        self.freeze()

    def init_weights(self):
        fill(self, self.weights_path)

    def run(self, pictures):
        return self.layer(pictures).amax((2, 3))


def by_brightness(pictures):
    """Bright pictures are happy."""
    happy = pictures.mean((1, 2, 3)) / 255
    return np.stack([1 - happy, happy], 1)


@pytest.fixture
def onnx_config(tmp_path):
    """Writes a model and its config; gives the config and what the model computes."""

    def write(classes=CLASSES, extra='keep', **file):
        numbers = write_onnx(tmp_path / 'own.onnx', **{'classes': 3} | file)
        path = tmp_path / 'own.py'
        text = ONNX.format(
            file=str(tmp_path / 'own.onnx'), classes=classes, extra=extra
        )
        path.write_text(text)
        return path, numbers

    return write


def infer(model, frames, **settings):
    inferencer = DFERInferencer(
        str(model), faces='none', fps=10, show_progress=False, **settings
    )
    [result] = inferencer(np.stack(frames))['predictions']
    jsonschema.validate(result, result_schema())
    return result


def test_an_onnx_file_of_the_users_own_judges_each_frame(onnx_config, tmp_path):
    config, numbers = onnx_config()
    rng = np.random.default_rng(0)
    frames = rng.integers(0, 256, (12, 16, 16, 3), dtype=np.uint8)
    result = infer(config, frames)
    model = result['model']
    assert model['name'] == 'own' and model['domain'] is None
    assert model['classes'][1:3] == ['sad', 'neutral']
    assert model['classes'][-1] == 'contempt'
    assert 'does not know happy' in model['note']
    digest = hashlib.sha256((tmp_path / 'own.onnx').read_bytes()).hexdigest()
    assert model['sha256'] == digest
    prepared = (frames[..., ::-1].transpose(0, 3, 1, 2) / 255.0 - 0.5) * 2
    logits = torch.from_numpy(numbers(prepared.astype(np.float32)))
    expected = logits.softmax(-1).numpy()
    [track] = result['tracks']
    found = np.array(track['frames']['scores'])
    places = [model['classes'].index(name) for name in CLASSES]
    np.testing.assert_allclose(found[:, places], expected, atol=1e-4)


def test_a_dropped_class_is_said_in_the_note(onnx_config):
    config, _ = onnx_config(extra='drop')
    result = infer(config, np.zeros((4, 16, 16, 3), np.uint8))
    assert 'contempt' not in result['model']['classes']
    assert 'contempt are left out' in result['model']['note']
    assert any('contempt' in warning for warning in result['warnings'])


def test_a_face_that_lights_up_is_neutral_and_then_happy(tmp_path):
    (tmp_path / 'function.py').write_text(FUNCTION)
    levels = [20] * 20 + [240] * 20
    frames = [np.full((24, 24, 3), level, np.uint8) for level in levels]
    result = infer(tmp_path / 'function.py', frames)
    [track] = result['tracks']
    [interval] = track['intervals']
    assert interval['emotion'] == 'happy'
    assert interval['start'] == pytest.approx(2.0, abs=0.3)
    assert result['model']['sha256'] is not None  # of this file


@pytest.mark.parametrize(
    ('own', 'said'),
    [
        (dict(classes=CLASSES[:2]), 'gives 3 numbers .* names 2 classes'),
        (dict(classes=()), 'cls_head.classes is missing'),
        (dict(shape=('N', 1, 16, 16)), '1 channels'),
    ],
)
def test_a_config_that_does_not_fit_its_file_is_one_sentence(onnx_config, own, said):
    config, _ = onnx_config(**own)
    with pytest.raises((UsageError, InputError), match=said):
        load_model(str(config))


@pytest.mark.parametrize('own', [dict(classes=()), dict(classes=CLASSES[:2])])
def test_the_command_ends_with_2_and_writes_nothing(onnx_config, own, tmp_path, capsys):
    config, _ = onnx_config(**own)
    video = tmp_path / 'x.mp4'
    words = ['infer', str(video), '--model', str(config), '--out', str(tmp_path / 'o')]
    assert main(words) == 2
    assert 'cls_head.classes' in ' '.join(capsys.readouterr().out.split())
    assert not list((tmp_path / 'o').rglob('*.json'))


@pytest.mark.parametrize(
    ('old', 'new', 'said'),
    [
        ('color=', 'colour=', "unexpected keyword argument 'colour'"),
        ('OnnxExpert', 'OnyxExpert', 'OnyxExpert'),
        ('image_size = 16\nmodel = dict(', 'other = dict(', 'cannot be built'),
    ],
)
def test_a_slip_in_a_config_is_a_sentence_and_2(
    onnx_config, old, new, said, tmp_path, capsys
):
    config, _ = onnx_config()
    config.write_text(config.read_text().replace(old, new))
    words = ['infer', 'x.mp4', '--model', str(config), '--out', str(tmp_path / 'o')]
    assert main(words) == 2
    assert said in ' '.join(capsys.readouterr().out.split())


@pytest.fixture
def torch_config(tmp_path):
    """A config of a torchvision model, whose weights are random."""
    torch.manual_seed(3)
    network = torchvision.models.shufflenet_v2_x0_5(num_classes=3).eval()
    save_file(network.state_dict(), tmp_path / 'own.safetensors')
    path = tmp_path / 'own.py'
    path.write_text(TORCH.format(file=str(tmp_path / 'own.safetensors')))
    return path


def test_a_torchvision_network_of_the_users_own_runs(torch_config):
    result = infer(torch_config, np.zeros((5, 32, 32, 3), np.uint8))
    assert result['model']['checkpoint'].endswith('own.safetensors')
    assert result['tracks'][0]['label'] in ('happy', 'sad', 'neutral')


def test_weights_that_are_missing_are_asked_for(torch_config):
    text = torch_config.read_text()
    torch_config.write_text(text.replace('pretrained=', 'arguments={}, #'))
    with pytest.raises(UsageError, match='model.backbone.pretrained is missing'):
        load_model(str(torch_config))


def test_an_expert_of_the_users_own_class_runs_and_is_exported(tmp_path):
    torch.manual_seed(0)
    save_file(SmallExpert().state_dict(), tmp_path / 'own.safetensors')
    config = tmp_path / 'own.py'
    config.write_text(SMALL.format(file=str(tmp_path / 'own.safetensors')))
    loaded = load_model(str(config))
    path = export_onnx(loaded, tmp_path / 'exported.onnx')
    rng = np.random.default_rng(0)
    frames = rng.integers(0, 256, (9, 16, 16, 3), dtype=np.uint8)
    ours = infer(config, frames)['tracks'][0]
    theirs = infer(path, frames)['tracks'][0]
    np.testing.assert_allclose(
        ours['frames']['scores'], theirs['frames']['scores'], atol=1e-4
    )
    np.testing.assert_allclose(
        ours['frames']['relevance'], theirs['frames']['relevance'], atol=1e-3
    )
    np.testing.assert_allclose(
        ours['probabilities'], theirs['probabilities'], atol=1e-4
    )


def test_what_torch_does_not_compute_is_not_exported(onnx_config, tmp_path):
    config, _ = onnx_config()
    with pytest.raises(UsageError, match='OnnxExpert cannot be exported'):
        export_onnx(load_model(str(config)), tmp_path / 'x.onnx')
