"""Every shipped config: the smoothing that it names is what its loss computes."""

import json
from pathlib import Path

import pytest
import torch
from mmengine.config import Config
from mmengine.registry import init_default_scope

from tgdfer_mm.paths import config_dir
from tgdfer_mm.registry import MODELS

# What heads train with whose config names no loss.
DEFAULTS = {'MultiGrainedTemporalHead': 0.1, 'M3DFELHead': 0.1}


def heads():
    """The heads of all configs, each different one once, under a config's name."""
    found = {}
    for path in sorted(Path(config_dir()).rglob('*.py')):
        if '_base_' not in path.parts:
            head = Config.fromfile(path).get('model', {}).get('cls_head')
            if head and head.type != 'CaptionHead':  # contrasts a batch
                key = json.dumps([head.type, head.num_classes, head.get('loss_cls')])
                found.setdefault(key, (path.stem, head.to_dict()))
    return found.values()


@pytest.mark.parametrize('name, head', heads(), ids=lambda x: x if x is str else '')
def test_the_loss_of_a_config(name, head):
    init_default_scope('mmaction')
    given = head.get('loss_cls') or {}
    smooth = given.get('label_smooth', DEFAULTS.get(head['type'], 0.0))
    built = MODELS.build({**head})
    k = head['num_classes']
    logits = 3 * torch.randn(4, k)
    if given.get('multi_label'):
        assert smooth == 0
        label = (torch.rand(4, k) < 0.4).float()
        p = logits.sigmoid()
        expected = -(label * p.log() + (1 - label) * (1 - p).log()).mean()
    else:
        label = torch.randint(k, (4,))
        target = torch.full((4, k), smooth / k)
        target[range(4), label] += 1 - smooth
        expected = -(target * logits.log_softmax(-1)).sum(-1).mean()
    if given.get('type') == 'IntensityAwareLoss':
        own = logits / given.get('temperature', 1.0)
        right = own[range(4), label]
        own[range(4), label] = -torch.inf
        rival = torch.stack([right, own.max(-1).values])
        weight = given.get('intensity_weight', 0.1)
        expected -= weight * rival.log_softmax(0)[0].mean()
    found = built.loss_cls(logits, label)
    assert found.item() == pytest.approx(expected.item(), rel=1e-5)


def test_the_main_configs_smooth_by_a_tenth_but_for_votes_and_several_labels():
    def smoothing(name):
        head = Config.fromfile(Path(config_dir(), f'{name}.py')).model.cls_head
        return head.loss_cls.label_smooth

    for name in ('tgdfer_dfew', 'tgdfer_ferv39k', 'tgdfer_mafw', 'tgdfer_demo'):
        assert smoothing(name) == 0.1
    for name in ('tgdfer_dfew_votes', 'tgdfer_mafw_multi'):
        assert smoothing(name) == 0.0
