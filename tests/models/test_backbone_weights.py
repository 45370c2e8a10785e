"""A backbone's weights out of a recognizer's checkpoint."""

import logging

import pytest
import torch
from mmengine.logging import MMLogger
from torch import nn

from tgdfer_mm.models.backbones import InstanceBackbone
from tgdfer_mm.models.backbones.weights import load_backbone
from tgdfer_mm.registry import MODELS

VIT = dict(type='VisionTransformer', img_size=16, embed_dims=8, depth=1, num_heads=2)


def checkpoint(path, backbone):
    """What mmaction2 saves: everything of the recognizer, the head too."""
    state = {f'backbone.{k}': v for k, v in backbone.state_dict().items()}
    state['cls_head.fc_cls.weight'] = torch.zeros(400, 8)
    torch.save(dict(meta={}, state_dict=state), path)
    return str(path)


@pytest.fixture
def log():
    messages = []

    class Keep(logging.Handler):
        def emit(self, record):
            messages.append(record.getMessage())

    logger, handler = MMLogger.get_current_instance(), Keep()
    logger.addHandler(handler)
    yield messages
    logger.removeHandler(handler)


def test_videomae_of_sixteen_frames_serves_clips_of_four(tmp_path, log):
    """Its positions are computed, not learned: only their number differs."""
    whole = MODELS.build({**VIT, 'num_frames': 16})
    path = checkpoint(tmp_path / 'k400.pth', whole)
    tower = InstanceBackbone({**VIT, 'num_frames': 4}, 8, 16, 8, clip_len=4)
    own = tower.recognizer.backbone.pos_embed.clone()
    tower.pretrained = path
    tower.init_weights()
    for name, parameter in whole.named_parameters():
        assert torch.equal(tower.recognizer.backbone.get_parameter(name), parameter), (
            name
        )
    assert torch.equal(tower.recognizer.backbone.pos_embed, own)
    assert torch.allclose(own, whole.pos_embed[:, : own.shape[1]])
    assert any('kept as they are: pos_embed' in line for line in log)


def test_nothing_is_loaded_before_it_is_asked_for(tmp_path):
    tower = InstanceBackbone({**VIT, 'num_frames': 4}, 4, 16, 8, pretrained='none.pth')
    with pytest.raises(FileNotFoundError, match='none.pth'):
        tower.init_weights()


def test_a_bare_state_dict_does_too(tmp_path):
    torch.save(nn.Linear(2, 3).state_dict(), tmp_path / 'bare.pth')
    layer = nn.Linear(2, 3)
    load_backbone(layer, str(tmp_path / 'bare.pth'))
    assert torch.equal(layer.weight, torch.load(tmp_path / 'bare.pth')['weight'])


def test_parameters_that_are_missing_or_of_another_shape(tmp_path):
    torch.save({'backbone.weight': torch.zeros(3, 4)}, tmp_path / 'bad.pth')
    with pytest.raises(ValueError, match=r'2 of its 2.*weight \(\(3, 4\) for \(3, 2\)'):
        load_backbone(nn.Linear(2, 3), str(tmp_path / 'bad.pth'))
    torch.save({'backbone.weight': torch.zeros(3, 2)}, tmp_path / 'less.pth')
    with pytest.raises(ValueError, match=r'1 of its 2.*bias \(missing\)'):
        load_backbone(nn.Linear(2, 3), str(tmp_path / 'less.pth'))
