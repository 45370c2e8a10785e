"""From a name, or a config and a checkpoint, to a model that says what it is."""

import hashlib
import json

import pytest
import torch
from mmengine.config import Config
from safetensors import safe_open
from safetensors.torch import save_file

from tgdfer_mm.apis import load_model, shipped_models
from tgdfer_mm.models.vision_language.open_clip_models import SHIPPED
from tgdfer_mm.paths import config_dir
from tgdfer_mm.video.errors import InputError, UsageError

WEIGHTS = SHIPPED / 'tgdfer_demo.safetensors'
CONFIG = config_dir() / 'tgdfer_demo.py'


def test_the_demo_says_what_it_is_and_what_it_does_not_know(demo):
    assert demo.about['sha256'] == hashlib.sha256(WEIGHTS.read_bytes()).hexdigest()
    assert demo.classes == list(demo.model.text_encoder.classes)
    assert demo.about['note'] == (
        'The model demo knows only drawn faces: its results on real people have no '
        'meaning.'
    )
    assert demo.about['domain'] == 'drawn'
    assert not demo.model.training
    assert list(shipped_models()) == ['demo']


def test_a_config_and_its_checkpoint_are_the_same_model(demo):
    other = load_model(CONFIG, WEIGHTS)
    for a, b in zip(demo.model.parameters(), other.model.parameters(), strict=True):
        assert torch.equal(a, b)
    assert (other.about['name'], other.about['note']) == ('tgdfer_demo', None)
    assert other.about['sha256'] == demo.about['sha256']
    assert other.classes == demo.classes


def test_what_is_missing_is_named(tmp_path):
    with pytest.raises(
        UsageError, match="'dmo': .* no model of this name. Close to it: demo"
    ):
        load_model('dmo')
    with pytest.raises(UsageError, match='base.py needs a checkpoint'):
        load_model(config_dir() / 'tgdfer_demo_base.py')
    with pytest.raises(InputError, match='absent.pth: there is no such checkpoint'):
        load_model(CONFIG, tmp_path / 'absent.pth')


def changed(path, meta=None, drop=None):
    """A copy of the demo's weights with another header or without some tensors."""
    with safe_open(WEIGHTS, 'pt') as file:
        header = json.loads(file.metadata()['meta'])
        state = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    if drop:
        state = {n: v for n, v in state.items() if not n.startswith(drop)}
    if meta is not None:
        header['dataset_meta'] = meta
    save_file(state, path, {'meta': json.dumps(header)})
    return path


def test_weights_that_do_not_fill_the_model_are_refused(tmp_path):
    path = changed(tmp_path / 'part.safetensors', drop='cls_head')
    with pytest.raises(InputError, match='part.safetensors does not fit.*cls_head'):
        load_model(CONFIG, path)


def test_classes_of_another_order_are_refused(tmp_path, demo):
    path = changed(tmp_path / 'x.safetensors', dict(classes=demo.classes[::-1]))
    with pytest.raises(InputError, match=r'trained on the classes.*texts'):
        load_model(CONFIG, path)


def test_a_model_without_any_class_names_is_refused(tmp_path):
    model = dict(type='BaseModelOfThisTest')
    from mmengine.model import BaseModel

    from tgdfer_mm.registry import MODELS

    @MODELS.register_module(name='BaseModelOfThisTest')
    class Own(BaseModel):
        def __init__(self):
            super().__init__()
            self.weight = torch.nn.Parameter(torch.zeros(1))

        def forward(self, inputs):
            return inputs

    path = tmp_path / 'x.safetensors'
    save_file({'weight': torch.zeros(1)}, path, {'meta': '{}'})
    try:
        with pytest.raises(InputError, match='does not name its classes'):
            load_model(Config(dict(model=model)), path)
    finally:
        MODELS.module_dict.pop('BaseModelOfThisTest')


def test_a_config_that_would_run_a_variable_is_refused(tmp_path, monkeypatch):
    monkeypatch.setenv('MY_ROOT', "it's")
    path = tmp_path / 'mine.py'
    path.write_text("root = '{{$MY_ROOT:data}}'\n")
    with pytest.raises(ValueError, match='MY_ROOT has a quote'):
        load_model(str(path), WEIGHTS)
