"""OpenCLIPVisual: weights, freezing, errors, use in a stock recognizer."""

import pytest
import torch

from tgdfer_mm.files import DamagedFileError
from tgdfer_mm.finite_weights import NonFiniteWeightsError
from tgdfer_mm.models.backbones import OpenCLIPPatches, OpenCLIPVisual
from tgdfer_mm.models.vision_language.open_clip_models import NoWeightsError, load_clip
from tgdfer_mm.registry import MODELS

RESNET = dict(
    embed_dim=32,
    quick_gelu=True,
    vision_cfg=dict(image_size=32, layers=[1, 1, 1, 1], width=8),
    text_cfg=dict(context_length=77, vocab_size=49408, width=32, heads=2, layers=1),
)


def test_equals_open_clip_once_weights_are_loaded(tiny_arch, clip_file):
    path, model = clip_file
    tower = OpenCLIPVisual(tiny_arch, pretrained=path, quick_gelu=True).eval()
    images = torch.randn(2, 3, 32, 32)
    before = tower(images)
    tower.init_weights()
    wanted = model.encode_image(images)
    assert torch.allclose(tower(images), wanted, rtol=1e-5, atol=1e-6)
    assert not torch.equal(tower(images), before)  # nothing was loaded earlier
    assert tower.is_init  # a runner does not load again


@pytest.mark.parametrize(
    ('text', 'said'),
    [
        (None, 'No such file'),
        ('{"embed_dim": 4', 'cannot be read as JSON'),
        ('{"embed_dim": 4, "vision_cfg": {}}', "lacks 'text_cfg'"),
    ],
)
def test_a_model_config_that_is_none_names_its_file(tmp_path, text, said):
    path = tmp_path / 'tower.json'
    if text is not None:
        path.write_text(text)
    with pytest.raises(DamagedFileError, match=f'tower.json.*{said}') as caught:
        OpenCLIPVisual(str(path))
    assert caught.value.exit_code == 2


@pytest.mark.parametrize('resnet', [True, False])
@pytest.mark.parametrize('size', [(32, 48), (64, 64), (16, 32)])
def test_pictures_of_another_size_are_refused_with_both_sizes(tiny_arch, resnet, size):
    tower = OpenCLIPVisual(RESNET if resnet else tiny_arch)
    message = f'{size[1]} x {size[0]} .* takes 32 x 32. Add a Resize'
    with pytest.raises(ValueError, match=message) as caught:
        tower(torch.zeros(1, 3, *size))
    assert caught.value.exit_code == 2


@pytest.mark.parametrize(
    'quick_gelu, message', [(None, 'set quick_gelu'), (False, 'quick_gelu=False')]
)
def test_activation_of_a_local_file_is_stated_and_right(
    tiny_arch, clip_file, quick_gelu, message
):
    tower = OpenCLIPVisual(tiny_arch, pretrained=clip_file[0], quick_gelu=quick_gelu)
    with pytest.raises(ValueError, match=message):
        tower.init_weights()


def test_a_local_file_with_nan_is_refused(tiny_arch, clip_file, tmp_path):
    state = {**clip_file[1].state_dict(), 'logit_scale': torch.tensor(torch.nan)}
    torch.save(state, tmp_path / 'nan.pt')
    with pytest.raises(NonFiniteWeightsError, match='nan.pt: logit_scale'):
        load_clip(tiny_arch, str(tmp_path / 'nan.pt'), quick_gelu=True)


def test_activation_of_a_tag_is_checked_before_any_download():
    with pytest.raises(ValueError, match='quick_gelu=True.*"-quickgelu"'):
        load_clip('ViT-B-32', 'openai')


def test_unknown_tag_lists_the_model_s_tags():
    with pytest.raises(ValueError, match='its tags: openai'):
        load_clip('ViT-B-32-quickgelu', 'open_ai')


def test_unknown_architecture():
    with pytest.raises(ValueError, match='ViT-B-17'):
        OpenCLIPVisual('ViT-B-17')


@pytest.mark.parametrize(
    'frozen, trained',
    [(-1, {'stem', '0', '1', 'end'}), (0, {'0', '1', 'end'}), (1, {'1', 'end'})],
)
def test_freezing_by_stage(tiny_arch, frozen, trained):
    tower = OpenCLIPVisual(tiny_arch, frozen_stages=frozen).train()
    tower(torch.randn(2, 3, 32, 32)).square().sum().backward()

    def stage(name):
        if 'resblocks' in name:
            return name.split('resblocks.')[1][0]
        return 'end' if 'ln_post' in name or name.endswith('.proj') else 'stem'

    got = {stage(n) for n, p in tower.named_parameters() if p.grad is not None}
    assert got == trained


def test_a_frozen_tower_has_no_graph(tiny_arch):
    tower = OpenCLIPVisual(tiny_arch, frozen_stages='all').train()
    assert not tower(torch.randn(2, 3, 32, 32)).requires_grad
    assert not tower.tower.training


def test_a_frozen_start_keeps_no_activations(tiny_arch):
    tower = OpenCLIPVisual(tiny_arch, frozen_stages=1).train()
    graph = {}

    def note(name):
        return lambda module, inputs, output: graph.update({name: output.requires_grad})

    for i, block in enumerate(tower.tower.transformer.resblocks):
        block.register_forward_hook(note(i))
    tower.tower.conv1.register_forward_hook(note('stem'))
    tower(torch.randn(2, 3, 32, 32))
    assert graph == {'stem': False, 0: False, 1: True}


def test_checkpointing_changes_memory_and_no_gradient(tiny_arch):
    towers = [OpenCLIPVisual(tiny_arch, with_cp=w).train() for w in (False, True)]
    towers[1].load_state_dict(towers[0].state_dict())
    images = torch.randn(2, 3, 32, 32)
    kept, gradients = [], []
    for tower in towers:
        sizes = []
        with torch.autograd.graph.saved_tensors_hooks(
            lambda t, sizes=sizes: sizes.append(t.numel()) or t, lambda t: t
        ):
            loss = tower(images).square().sum()
        kept.append(sum(sizes))
        loss.backward()
        gradients.append([p.grad for p in tower.parameters()])
    assert kept[1] < 0.7 * kept[0]
    torch.testing.assert_close(*gradients)


def test_patch_dropout_is_for_training_and_has_no_weights(tiny_arch):
    whole = OpenCLIPVisual(tiny_arch).eval()
    tower = OpenCLIPVisual(tiny_arch, patch_dropout=0.5)
    tower.load_state_dict(whole.state_dict())
    images = torch.randn(2, 3, 32, 32)
    tokens = []
    tower.tower.transformer.register_forward_pre_hook(
        lambda module, inputs: tokens.append(inputs[0].shape[1])
    )
    assert torch.equal(tower.eval()(images), whole(images))
    tower.train()(images)
    assert tokens == [1 + 4, 1 + 2]


@pytest.mark.parametrize('option', [dict(patch_dropout=0.5), dict(with_cp=True)])
def test_options_of_a_vit_need_one(option):
    with pytest.raises(ValueError, match=f'{next(iter(option))}.* ModifiedResNet'):
        OpenCLIPVisual(RESNET, **option)


def test_patch_dropout_is_a_share(tiny_arch):
    with pytest.raises(ValueError, match='patch_dropout=1'):
        OpenCLIPVisual(tiny_arch, patch_dropout=1.0)


def test_stage_out_of_range(tiny_arch):
    with pytest.raises(ValueError, match='frozen_stages=7'):
        OpenCLIPVisual(tiny_arch, frozen_stages=7)


def test_frozen_and_evaluated_batch_norms_keep_their_statistics():
    images = torch.randn(4, 3, 32, 32)
    frozen = OpenCLIPVisual(RESNET, frozen_stages=1).train()
    frozen(images)
    state = {n: int(b) for n, b in frozen.named_buffers() if 'num_batches' in n}
    assert {n for n, count in state.items() if count == 0} == {
        n for n in state if n.startswith(('tower.bn', 'tower.layer1'))
    }
    still = OpenCLIPVisual(RESNET, norm_eval=True).train()
    still(images)
    assert not any(int(b) for n, b in still.named_buffers() if 'num_batches' in n)


def test_serves_a_stock_recognizer(tiny_arch, make_batch):
    model = MODELS.build(
        dict(
            type='Recognizer2D',
            backbone=dict(type='OpenCLIPVisual', arch=tiny_arch),
            cls_head=dict(
                type='TSNHead',
                num_classes=3,
                in_channels=32,
                spatial_type=None,
                average_clips='prob',
            ),
            data_preprocessor=dict(
                type='ActionDataPreprocessor',
                mean=[127.0] * 3,
                std=[64.0] * 3,
                format_shape='NCHW',
            ),
        )
    )
    batch = model.data_preprocessor(make_batch([4, 4], frames=4), training=True)
    losses = model(**batch, mode='loss')
    losses['loss_cls'].backward()
    assert model.backbone.tower.conv1.weight.grad.abs().sum() > 0
    predictions = model.eval()(**batch, mode='predict')
    assert predictions[0].pred_score.sum().item() == pytest.approx(1, abs=1e-5)


def test_weights_that_cannot_be_fetched_are_a_sentence(monkeypatch):
    def fails(*args, **kwargs):
        raise RuntimeError('Failed to download weights for tag "openai": no network')

    monkeypatch.setattr('open_clip.create_model', fails)
    with pytest.raises(NoWeightsError, match=r"'openai' of ViT-B-32-quickgelu are not"):
        load_clip('ViT-B-32-quickgelu', 'openai')


def test_other_errors_of_open_clip_are_not_called_a_lack_of_network(monkeypatch):
    def fails(*args, **kwargs):
        raise RuntimeError('size mismatch')

    monkeypatch.setattr('open_clip.create_model', fails)
    with pytest.raises(RuntimeError, match='size mismatch'):
        load_clip('ViT-B-32-quickgelu', 'openai')


@torch.no_grad()
def test_patches_come_after_the_feature_of_the_picture(tiny_arch):
    plain = OpenCLIPVisual(tiny_arch).eval()
    patches = OpenCLIPPatches(tiny_arch).eval()
    patches.load_state_dict(plain.state_dict())
    images = torch.randn(3, 3, 32, 32)
    found = patches(images)
    assert found.shape == (3, 1 + 4, 32)
    assert torch.allclose(found[:, 0], plain(images), atol=1e-5)


def test_towers_without_patches_are_refused(tiny_arch):
    with pytest.raises(ValueError, match='leave patch_dropout out'):
        OpenCLIPPatches(tiny_arch, patch_dropout=0.5)
    vision = {**tiny_arch['vision_cfg'], 'pool_type': 'avg'}
    with pytest.raises(ValueError, match='with a class token'):
        OpenCLIPPatches({**tiny_arch, 'vision_cfg': vision})
