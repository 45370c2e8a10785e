"""Image towers of transformers under InstanceBackbone; skipped without transformers."""

import json
import sys

import pytest
import torch
from safetensors.torch import load_file, save_file

from tgdfer_mm.models.backbones import InstanceBackbone, TransformersVision
from tgdfer_mm.registry import MODELS
from tgdfer_mm.video.errors import MissingPackage

from . import transformers_files as files

SIZES = dict(hidden_size=32, num_hidden_layers=2, num_attention_heads=2)
SIZES.update(intermediate_size=64, image_size=32, patch_size=8)
ARCHS = {
    'vit': dict(model_type='vit', **SIZES),
    'dinov2': dict(model_type='dinov2', **SIZES),
    'clip': dict(model_type='clip', vision_config=SIZES),
    'siglip': dict(model_type='siglip', vision_config=SIZES),
    'swin': dict(
        model_type='swin', image_size=32, patch_size=2, embed_dim=16, window_size=4
    )
    | dict(depths=[1, 1], num_heads=[2, 2]),
    'convnext': dict(model_type='convnext', hidden_sizes=[8] * 4, depths=[1] * 4),
    'resnet': dict(
        model_type='resnet', embedding_size=8, hidden_sizes=[8, 16], depths=[1, 1]
    ),
}


@pytest.fixture
def transformers():
    return pytest.importorskip('transformers')


def under(arch, size=32, **kwargs):
    backbone = dict(type='TransformersVision', arch=arch, **kwargs)
    return InstanceBackbone(
        backbone, num_frames=4, image_size=size, out_channels=16, input_format='NCHW'
    )


@pytest.mark.parametrize('arch', ARCHS)
@pytest.mark.parametrize('output', ['tokens', 'pooled'])
def test_any_tower_gives_instances_and_trains(arch, output, transformers):
    tower = under(ARCHS[arch], output=output)
    features, mask = tower(torch.randn(2, 4, 3, 32, 32), torch.ones(2, 4).bool())
    assert features.shape == (2, 4, 16) and mask.all()
    features.square().sum().backward()
    trained = [p for p in tower.parameters() if p.requires_grad]
    assert trained and all(p.grad is not None for p in trained)


@pytest.mark.parametrize('kind', files.CONFIGS)
@torch.no_grad()
def test_its_features_are_those_of_transformers(kind, transformers, tmp_path):
    theirs = files.build(kind)
    theirs.save_pretrained(tmp_path, max_shard_size='20KB')
    pictures = files.inputs()[0]
    wanted = theirs.vision_model(pixel_values=pictures)
    for output in ('tokens', 'pooled'):
        ours = TransformersVision(str(tmp_path), str(tmp_path), output)
        before = ours.eval()(pictures)
        ours.init_weights()
        found = ours.eval()(pictures)
        name = 'last_hidden_state' if output == 'tokens' else 'pooler_output'
        assert torch.allclose(found, wanted[name], atol=1e-6)
        assert not torch.allclose(before, found, atol=1e-2)
    # Names of all versions of transformers, for checkpoints that are kept.
    assert 'tower.embeddings.position_embedding.weight' in ours.state_dict()


def test_a_recognizer_trains_and_tests_on_it(
    transformers, tiny_arch, texts, make_batch
):
    tower = dict(type='TransformersVision', arch=ARCHS['clip'])
    backbone = dict(type='InstanceBackbone', backbone=tower, num_frames=4)
    backbone.update(image_size=32, out_channels=32, input_format='NCHW')
    model = MODELS.build(
        dict(
            type='TextGuidedRecognizer',
            backbone=backbone,
            text_encoder=dict(type='OpenCLIPText', arch=tiny_arch, descriptions=texts),
            neck=dict(type='VisualPromptNeck', in_channels=32),
            cls_head=dict(
                type='MultiGrainedTemporalHead', num_classes=3, in_channels=32
            ),
            data_preprocessor=dict(
                type='ActionDataPreprocessor', mean=[120.0] * 3, std=[60.0] * 3
            ),
        )
    )
    batch = model.data_preprocessor(make_batch([4, 3], frames=4), training=True)
    sum(v for k, v in model(**batch, mode='loss').items() if 'loss' in k).backward()
    assert model.backbone.recognizer.backbone.tower.pre_layrnorm.weight.grad.any()
    predicted = model.eval()(**batch, mode='predict')
    assert predicted[0].pred_score.sum().item() == pytest.approx(1, abs=1e-5)


def test_weights_of_a_classifier_lack_the_pooling(transformers, tmp_path):
    config = transformers.ViTConfig(**SIZES, num_labels=3)
    theirs = transformers.ViTForImageClassification(config).eval()
    theirs.save_pretrained(tmp_path)
    ours = TransformersVision(str(tmp_path), str(tmp_path))
    ours.init_weights()
    pictures = torch.randn(2, 3, 32, 32)
    wanted = theirs.vit(pictures).last_hidden_state
    assert torch.allclose(ours.eval()(pictures), wanted, atol=1e-6)
    pooled = TransformersVision(str(tmp_path), str(tmp_path), output='pooled')
    with pytest.raises(ValueError, match='no weights for 2 parts .*pooler'):
        pooled.init_weights()


def test_weights_that_do_not_fit_are_named(transformers, tmp_path):
    theirs = transformers.ViTModel(transformers.ViTConfig(**SIZES))
    theirs.save_pretrained(tmp_path)
    other = TransformersVision({**ARCHS['vit'], 'patch_size': 16}, str(tmp_path))
    with pytest.raises(ValueError, match='other shapes of 2 parts .*Set arch to the'):
        other.init_weights()
    state = load_file(tmp_path / 'model.safetensors')
    state.pop('embeddings.cls_token')
    save_file(state, tmp_path / 'model.safetensors', {'format': 'pt'})
    with pytest.raises(ValueError, match='no weights for 1 parts .*cls_token'):
        TransformersVision(str(tmp_path), str(tmp_path)).init_weights()


@pytest.mark.parametrize(
    ('arch', 'said'),
    [
        (dict(model_type='nothing'), "arch: .*model_type='nothing'"),
        (dict(), 'arch: .*cannot build'),
        (dict(model_type='vit', hidden_act='?'), 'cannot build a tower from it'),
    ],
)
def test_what_cannot_be_built_is_a_sentence(arch, said, transformers):
    with pytest.raises(ValueError, match=said) as caught:
        TransformersVision(arch)
    assert caught.value.exit_code == 2


def test_code_of_a_folder_is_never_run(transformers, tmp_path):
    harm = dict(model_type='own', auto_map={'AutoConfig': 'own.Own'})
    (tmp_path / 'config.json').write_text(json.dumps(harm))
    (tmp_path / 'own.py').write_text(f'open({str(tmp_path / "harm")!r}, "w")')
    with pytest.raises(ValueError, match="model_type='own'"):
        TransformersVision(str(tmp_path))
    for key in ('_attn_implementation_internal', 'attn_implementation'):
        nested = dict(model_type='clip', vision_config={key: 'org/harm'})
        with pytest.raises(ValueError, match=f"{key}='org/harm' may name code"):
            TransformersVision(nested)
    assert not (tmp_path / 'harm').exists()


def test_another_size_of_pictures(transformers):
    with pytest.raises(ValueError, match=r'Set model\.backbone\.backbone\.interpolate'):
        under(ARCHS['vit'], size=48)
    tower = under(ARCHS['vit'], size=48, interpolate=True)
    features, _ = tower(torch.randn(1, 4, 3, 48, 48), torch.ones(1, 4).bool())
    assert features.shape == (1, 4, 16)


def test_without_transformers_it_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, 'transformers', None)
    with pytest.raises(MissingPackage, match=r'install "tgdfer_mm\[transformers\]"'):
        TransformersVision(ARCHS['vit'])
    with pytest.raises(ValueError, match="output='all' must be one of 'tokens'"):
        TransformersVision(ARCHS['vit'], output='all')
