"""Every shipped config: the smoothing that it names is what its loss computes."""

from pathlib import Path

import pytest
import torch
from mmengine.config import Config

from tgdfer_mm.models.heads import HeadOutput, M3DFELHead
from tgdfer_mm.paths import config_dir
from tgdfer_mm.registry import MODELS

CONFIGS = Path(config_dir())
# Those that say something of the loss themselves; others inherit it from one of them.
OWN = sorted(
    path.relative_to(CONFIGS).as_posix()
    for path in CONFIGS.rglob('*.py')
    if '_base_' not in path.parts and 'loss_cls' in path.read_text(encoding='utf-8')
)
MAIN = ['tgdfer_demo.py', 'tgdfer_dfew.py', 'tgdfer_ferv39k.py', 'tgdfer_mafw.py']


@pytest.mark.parametrize('name', [*OWN, *MAIN])
def test_the_loss_of_a_config(name):
    head = Config.fromfile(CONFIGS / name).model.cls_head
    smooth = head.loss_cls.get('label_smooth', 0.0)
    if name in MAIN:
        assert smooth == 0.1
    built, given, k = MODELS.build(head), head.loss_cls, head.num_classes
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


def test_votes_and_several_labels_are_not_smoothed():
    for name in ('tgdfer_dfew_votes.py', 'tgdfer_mafw_multi.py'):
        head = Config.fromfile(CONFIGS / name).model.cls_head
        assert head.loss_cls.label_smooth == 0.0


def test_m3dfels_head_smooths_by_a_tenth_if_nothing_else_is_said():
    head = M3DFELHead(3, 8, num_instances=2, hidden_channels=4, heads=2)
    logits = torch.tensor([[1.0, -2.0, 0.5]])
    shares = torch.tensor([0.1 / 3, 0.1 / 3, 0.9 + 0.1 / 3])
    expected = -(shares * logits.log_softmax(-1)).sum()
    output = HeadOutput(logits, logits[:, None], torch.ones(1, 1))
    found = head.loss_of(output, torch.tensor([2]), None)['loss_cls']
    assert found.item() == pytest.approx(expected.item())
