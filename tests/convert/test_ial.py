"""IAL's checkpoints, as its training writes them."""

import copy

import pytest
import recorded
import torch
from mmaction.structures import ActionDataSample

from tgdfer_mm.convert import convert
from tgdfer_mm.convert.errors import ConvertError
from tgdfer_mm.registry import MODELS


@pytest.fixture(scope='module')
def ial_file(tmp_path_factory):
    shapes = recorded.load('ial')['shapes']
    state = {f'module.{n}': recorded.draw(n, s) for n, s in shapes.items()}
    path = tmp_path_factory.mktemp('ial') / 'pretrain_DFEW.pth'
    torch.save(state, path)
    return path


@pytest.fixture
def cfg():
    """The config for pictures of 32 pixels, whose maps are of 2 x 2."""
    cfg = copy.deepcopy(recorded.leaf('ial_dfew'))
    cfg.model.backbone.update(image_size=32, out_channels=256 * 4 + 128 + 256)
    cfg.model.backbone.backbone.image_size = 32
    cfg.model.cls_head.map_size = 2
    return cfg


@torch.no_grad()
def test_ial_gives_the_originals_logits(ial_file, cfg):
    conversion = convert(ial_file, cfg, fold=1)
    report = conversion.report
    assert report.format == 'IAL' and report.complete and not report.filled
    # What the authors' code defines and never uses has no place here.
    assert all('never uses' in why for why in report.unused.values())
    model = MODELS.build(conversion.config.model).eval()
    model.load_state_dict(conversion.state)
    frames = list(recorded.video(3, 16, 32))
    batch = dict(inputs=frames, data_samples=[ActionDataSample() for _ in frames])
    batch = model.data_preprocessor(batch, False)
    output = model.extract_feat(batch['inputs'], stage='head')[0]
    data = recorded.load('ial')
    assert torch.allclose(output.logits, torch.tensor(data['logits']), atol=1e-4)
    for name, expected in zip(('gate_0', 'gate_1'), data['gates'], strict=True):
        found = output.extra[name]
        assert torch.allclose(found, torch.tensor(expected), rtol=0, atol=1e-5)
    assert output.logits.std() > 1


def test_the_classes_of_the_gates_move_with_the_others(ial_file, cfg):
    conversion = convert(ial_file, cfg, fold=1, classes='dfew:alphabetical')
    theirs = conversion.report.classes['file']
    order = [theirs.index(name) for name in conversion.report.classes['model']]
    for ours, name in (
        ('fc.weight', 'fc_f.weight'),
        ('gate_fcs.0.1.weight', 's_former.layer2.0.AUX_fc.1.weight'),
    ):
        rows = recorded.draw(name, recorded.load('ial')['shapes'][name])
        assert torch.equal(conversion.state[f'cls_head.{ours}'], rows[order])


def test_another_size_of_picture_is_refused(ial_file, cfg, tmp_path):
    cfg.model.backbone.update(image_size=64, out_channels=256 * 16 + 128 + 256)
    cfg.model.backbone.backbone.image_size = 64
    cfg.model.cls_head.map_size = 4
    conversion = convert(ial_file, cfg, fold=1)
    assert any('gc.0.weight' in name for name in conversion.report.misfit)
    with pytest.raises(ConvertError, match='another shape'):
        conversion.save(tmp_path / 'ours.safetensors')
