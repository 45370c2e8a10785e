"""Movements that the small towers find in drawn faces."""

import numpy as np
import pytest
import torch
from mmengine.config import Config

from tgdfer_mm.models.text import OpenCLIPText
from tgdfer_mm.models.text.movement_texts import (
    TowerMovements,
    named_movements,
    reader_of,
)
from tgdfer_mm.registry import MODELS
from tgdfer_mm.synth.clips import make_clip

ARCH = dict(
    arch='tgdfer_mm://synth_vlm.json', pretrained='tgdfer_mm://synth_vlm.safetensors'
)


def test_every_movement_has_words_and_a_region_at_rest():
    assert {m.region for m in named_movements()} >= {'brows', 'eyes', 'jaw'}
    for movement in named_movements():
        assert movement.units and movement.texts and movement.rest
        assert '{' not in ''.join(movement.texts)


def test_a_reader_fetches_no_repository(tiny_arch, texts, monkeypatch):
    monkeypatch.setattr('tgdfer_mm.models.text.other_texts.load_clip', pytest.fail)
    model = torch.nn.Module()
    model.text_encoder = OpenCLIPText(tiny_arch, texts, 'hf-hub:org/name').eval()
    assert reader_of(model) is None
    assert model.text_encoder.pretrained == 'hf-hub:org/name'


def test_a_smile_is_found_where_it_is():
    text = MODELS.build(dict(type='OpenCLIPText', descriptions='synth', **ARCH))
    image = MODELS.build(Config(dict(type='OpenCLIPVisual', **ARCH)))
    for tower in (text, image):
        tower.init_weights()
        tower.eval()
    clip = make_clip(5, 1, 'happy', 1)
    frames = [int(clip.intensity.argmin()), int(clip.intensity.argmax())]
    pixels = np.stack([clip.draw(i, 64) for i in frames]).transpose(0, 3, 1, 2)
    pixels = torch.from_numpy(pixels).float()
    mean = torch.tensor([122.77, 116.75, 104.09]).view(3, 1, 1)
    std = torch.tensor([68.5, 66.63, 70.32]).view(3, 1, 1)
    with torch.no_grad():
        features = image((pixels - mean) / std)
    reader = TowerMovements(text)
    found = reader.read(features)
    assert found.shape == (2, len(reader.movements))
    smile = [m.units for m in reader.movements].index(('AU12',))
    assert found[1, smile] > max(0, found[0, smile])
    assert torch.allclose(found, reader.read(3 * features), atol=1e-4)
    with pytest.raises(RuntimeError):
        reader.read(features[:, :5])
