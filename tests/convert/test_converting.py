"""Converted weights give the numbers that the original code gave."""

import json
from dataclasses import replace
from types import SimpleNamespace

import pytest
import recorded
import torch
from mmaction.structures import ActionDataSample
from mmengine.config import Config

from tgdfer_mm.convert import Conversion, convert
from tgdfer_mm.convert.conversion_report import Report
from tgdfer_mm.engine.checkpoint import load_from_local
from tgdfer_mm.engine.checkpoint_contract_hook import compare_metainfo
from tgdfer_mm.labels.classes import load_classes
from tgdfer_mm.registry import MODELS


@torch.no_grad()
def run(cfg, path, size):
    """The logits of a converted file, through our own pre-processing."""
    model = MODELS.build(cfg.model).eval()
    model.load_state_dict(load_from_local(path)['state_dict'])
    frames = list(recorded.video(3, 16, size))
    batch = dict(inputs=frames, data_samples=[ActionDataSample() for _ in frames])
    batch = model.data_preprocessor(batch, False)
    return model.extract_feat(batch['inputs'], stage='head')[0].logits


def test_m3dfel_gives_the_originals_logits(m3dfel_file, m3dfel_cfg):
    out = m3dfel_file.with_name('ours.safetensors')
    conversion = convert(m3dfel_file, m3dfel_cfg, fold=2)
    assert conversion.report.complete
    assert conversion.save(out) == [out]
    (other,) = conversion.save(out.with_suffix('.pth'))
    first, second = load_from_local(out), load_from_local(other)
    assert first['meta']['converted_from'] == second['meta']['converted_from']
    for name, value in first['state_dict'].items():
        assert torch.equal(value, second['state_dict'][name])
    data = recorded.load('m3dfel')
    logits = run(m3dfel_cfg, out, data['size'])
    assert torch.allclose(logits, torch.tensor(data['logits']), rtol=0, atol=1e-4)


def test_dferclip_gives_the_originals_logits_with_its_own_texts(
    dferclip_file, dferclip_cfg
):
    out = dferclip_file.with_name('ours.safetensors')
    conversion = convert(dferclip_file, dferclip_cfg, fold=1)
    report = conversion.report
    assert report.complete
    assert '__main__.RecorderMeter' in report.stubs
    _, texts = conversion.save(out)
    # Its order of MAFW's classes is not ours: the same logits in other places.
    theirs, ours = report.classes['file'], report.classes['model']
    assert theirs != ours
    assert report.classes['moved']
    data = recorded.load('dferclip')
    for name, text in zip(theirs, data['texts'], strict=True):
        (found,) = report.texts[name]
        assert found.replace(' ', '') == text.replace(' ', '')
    dferclip_cfg.model.text_encoder.descriptions = str(texts)
    expected = torch.tensor(data['logits'])[:, [theirs.index(name) for name in ours]]
    logits = run(dferclip_cfg, out, data['size'])
    assert torch.allclose(logits, expected, rtol=0, atol=1e-4)


def emoclip_file(path):
    data = recorded.load('emoclip')
    state = {f'module.{n}': recorded.draw(n, s) for n, s in data['shapes'].items()}
    state['module.logit_scale'] += 4  # as when the original was run
    torch.save(state, path)
    return data


@pytest.mark.filterwarnings('ignore')
def test_emoclip_gives_the_originals_logits(emoclip_cfg, tmp_path):
    data = emoclip_file(tmp_path / '1.pth')
    conversion = convert(tmp_path / '1.pth', emoclip_cfg, fold=1)
    report = conversion.report
    assert report.format == 'EmoCLIP' and report.complete
    assert report.classes is None and report.texts is None
    head = conversion.config.model.cls_head
    sizes = (head.num_layers, head.mlp_channels, head.head_channels)
    assert sizes == (2, 512, 32)
    # The frames are the config's; the file has positions for a thousand more.
    assert head.num_frames == 16
    assert any('num_frames=16' in each for each in report.unstated)
    out = tmp_path / 'ours.safetensors'
    conversion.save(out)
    conversion.save_config(out)
    cfg = Config.fromfile(tmp_path / 'ours_config.py')
    assert cfg.model.cls_head.temperature == pytest.approx(head.temperature)
    names = load_classes('mafw')
    texts = dict(zip(names, ([text] for text in data['texts']), strict=True))
    cfg.model.text_encoder.descriptions = texts
    with pytest.raises(RuntimeError, match='no embeddings for'):  # other words
        run(cfg, out, data['size'])
    emoclip_cfg.model.text_encoder.descriptions = texts
    convert(tmp_path / '1.pth', emoclip_cfg, fold=1).save(out)
    logits = run(cfg, out, data['size'])
    wanted = torch.tensor(data['logits'])
    assert torch.allclose(logits, wanted, rtol=0, atol=1e-5)
    assert wanted.std() > 0.5


def test_the_stated_order_of_classes_is_taken(m3dfel_file, m3dfel_state, m3dfel_cfg):
    as_ours = convert(m3dfel_file, m3dfel_cfg, fold=1)
    assert torch.equal(as_ours.state['cls_head.fc.bias'], m3dfel_state['fc.bias'])
    other = convert(m3dfel_file, m3dfel_cfg, fold=1, classes='dfew:alphabetical')
    order = [
        other.report.classes['file'].index(c) for c in other.report.classes['model']
    ]
    assert sorted(order) != order
    for ours, theirs in (('weight', 'fc.weight'), ('bias', 'fc.bias')):
        moved = other.state[f'cls_head.fc.{ours}']
        assert torch.equal(moved, m3dfel_state[theirs][order])
    # Nothing else has an axis of classes.
    assert all(
        torch.equal(value, other.state[name])
        for name, value in as_ours.state.items()
        if not name.startswith('cls_head.fc.')
    )


def test_the_contract_knows_the_fold_and_the_classes(m3dfel_file, m3dfel_cfg):
    meta = convert(m3dfel_file, m3dfel_cfg, fold=2).meta['dataset_meta']
    assert compare_metainfo(meta, meta) == []
    kinds = [kind for kind, _ in compare_metainfo(meta, {**meta, 'fold': 3})]
    assert kinds == ['fold']
    kinds = [kind for kind, _ in compare_metainfo(meta, {**meta, 'classes': 'ab'})]
    assert kinds == ['classes']


def test_what_is_incomplete_is_refused(m3dfel_state, m3dfel_cfg, tmp_path):
    state = {**m3dfel_state, 'extra': torch.ones(1), 'fc.bias': torch.ones(8)}
    del state['pwconv.bias']
    torch.save(state, tmp_path / 'x.pth')
    conversion = convert(tmp_path / 'x.pth', m3dfel_cfg, fold=1)
    report = conversion.report
    assert report.missing == ['cls_head.conv.bias', 'cls_head.fc.bias']
    assert report.unexpected == ['extra']
    assert report.misfit == {'fc.bias': '(8,) for (7,) of cls_head.fc.bias'}
    out = tmp_path / 'out.safetensors'
    with pytest.raises(ValueError, match='does not fill.*--allow-missing'):
        conversion.save(out)
    assert not out.exists()
    conversion.save(out, allow_missing=True)
    assert set(load_from_local(out)['state_dict']) == set(conversion.state)
    assert not json.loads(json.dumps(report.to_json()))['complete']


@pytest.mark.parametrize('kind', ['missing', 'unexpected', 'misfit'])
def test_any_name_without_a_place_makes_it_incomplete(kind):
    report = Report('file', '', 'format', [], [])
    assert report.complete
    report = replace(report, **{kind: {'name': 'shape'}})
    assert not report.complete


@pytest.mark.parametrize(
    ('arguments', 'message'),
    [
        (dict(), 'one of the 5 folds of DFEW'),
        (dict(fold=6), 'one of the 5 folds of DFEW'),
        (dict(fold=1, classes='mafw'), 'not those of the config'),
        (dict(fold=1, classes='dfew:mine'), "order='mine' is unknown"),
        (dict(fold=1, layout='mine'), "format='mine' is unknown"),
        (dict(fold=1, config=None), 'give the model with --config'),
    ],
)
def test_bad_arguments(m3dfel_file, m3dfel_cfg, arguments, message):
    with pytest.raises(ValueError, match=message):
        convert(m3dfel_file, **{'config': m3dfel_cfg, **arguments})


def test_another_ending_is_refused():
    conversion = Conversion({}, {}, Report('file', '', 'format', [], []))
    with pytest.raises(ValueError, match=r'\*.safetensors or \*.pth'):
        conversion.save('out.bin')


def test_weights_that_are_no_numbers_are_not_written(tmp_path):
    report = SimpleNamespace(complete=True, source='theirs.pth', texts=None)
    state = {'a': torch.ones(2), 'b': torch.tensor([1.0, torch.nan])}
    conversion = Conversion(state, {}, report)
    with pytest.raises(ValueError, match=r'theirs\.pth: b holds NaN'):
        conversion.save(tmp_path / 'ours.pth')
    assert list(tmp_path.iterdir()) == []
