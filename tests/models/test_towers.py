"""A small tower of each family of open_clip: the same features, and what is trained."""

import json

import open_clip
import pytest
import torch

from tgdfer_mm.models.backbones import OpenCLIPVisual
from tgdfer_mm.models.vision_language.image_towers import stages, use_checkpoints

from .small_towers import FAMILIES, SIZE, WIDTH

OTHER_TEXTS = {'siglip2', 'siglip-i18n', 'worldwide', 'worldwide-mt5'}
IMAGES = sorted(FAMILIES.keys() - OTHER_TEXTS)
# Where the blocks or stages of a tower lie.
BLOCKS = ('transformer.resblocks', 'trunk.blocks', 'trunk.stages', 'trunk.layers')


@pytest.fixture(scope='module')
def listed(tmp_path_factory):
    """All families among open_clip's names, each ``small-<family>``."""
    folder = tmp_path_factory.mktemp('configs')
    for name, config in FAMILIES.items():
        (folder / f'small-{name}.json').write_text(json.dumps(config))
    with pytest.MonkeyPatch.context() as patch:
        factory = open_clip.factory
        patch.setattr(factory, '_MODEL_CONFIG_PATHS', [*factory._MODEL_CONFIG_PATHS])
        patch.setattr(factory, '_MODEL_CONFIGS', {**factory._MODEL_CONFIGS})
        open_clip.add_model_config(folder)
        yield [f'small-{name}' for name in FAMILIES]


@pytest.fixture(scope='module', params=IMAGES)
def family(request, listed, tmp_path_factory):
    """A family's name among open_clip's, its model there, and a file of its weights."""
    torch.manual_seed(0)
    name = f'small-{request.param}'
    model = open_clip.create_model(name).eval()
    for parameter in model.parameters():  # features must not all be alike
        start = parameter.data.clamp(-9, 9).nan_to_num()  # CoCa leaves some unset
        parameter.data = start + 0.2 * torch.randn_like(parameter)
    path = tmp_path_factory.mktemp('weights') / f'{name}.pt'
    torch.save(model.state_dict(), path)
    return name, model, str(path)


def pictures():
    return torch.randn(2, 3, SIZE, SIZE)


def blocks_of(tower):
    """The blocks or stages, found by where each kind of tower keeps them."""
    found = [m for name, m in tower.named_modules() if name in BLOCKS]
    assert len(found) == 1
    return [*found[0]]


@torch.no_grad()
def test_features_are_those_of_open_clip(family):
    name, model, path = family
    tower = OpenCLIPVisual(name, pretrained=path, quick_gelu=False).eval()
    tower.init_weights()
    images = pictures()
    wanted = model.encode_image(images, normalize=False)
    assert tower.out_channels == wanted.shape[1] == WIDTH
    bound = 1e-5 * wanted.abs().max()
    assert torch.allclose(tower(images), wanted, rtol=0, atol=bound)
    assert wanted.std(0).max() > 100 * bound  # the two pictures are told apart


@pytest.mark.parametrize('frozen', [0, 1])
def test_what_is_frozen_is_a_start_and_keeps_no_graph(family, frozen):
    tower = OpenCLIPVisual(family[0], frozen_stages=frozen).train()
    blocks, graph = blocks_of(tower.tower), []
    for block in blocks:
        block.register_forward_hook(
            lambda _, given, output: graph.append(output.requires_grad)
        )
    blocks[0].register_forward_pre_hook(
        lambda _, given: graph.append(given[0].requires_grad)
    )
    tower(pictures()).square().sum().backward()
    assert graph == [False] * (1 + frozen) + [True] * (len(blocks) - frozen)
    assert [block.training for block in blocks] == graph[1:]
    trained = {n: p.grad for n, p in tower.named_parameters() if p.requires_grad}
    assert trained and all(gradient is not None for gradient in trained.values())


def test_a_frozen_tower_has_no_graph(family):
    tower = OpenCLIPVisual(family[0], frozen_stages='all').train()
    assert not tower(pictures()).requires_grad
    assert not any(module.training for module in tower.tower.modules())


def test_checkpointing_changes_memory_and_no_gradient(family):
    images, kept, gradients = pictures(), [], []
    state = OpenCLIPVisual(family[0]).state_dict()
    for with_cp in (False, True):
        # The stem is frozen: blocks have to be trained although none before them is.
        tower = OpenCLIPVisual(family[0], with_cp=with_cp, frozen_stages=0).train()
        tower.load_state_dict(state)
        sizes = []
        torch.manual_seed(1)  # for what a tower leaves out at random
        with torch.autograd.graph.saved_tensors_hooks(
            lambda t, sizes=sizes: sizes.append(t.numel()) or t, lambda t: t
        ):
            loss = tower(images).square().sum()
        kept.append(sum(sizes))
        loss.backward()
        gradients.append({n: p.grad for n, p in tower.named_parameters()})
    assert kept[1] < 0.75 * kept[0]
    torch.testing.assert_close(*gradients)


def test_pictures_of_another_size(family):
    """Convolutions alone take them; the others say both sizes."""
    name, model, _ = family
    tower, images = OpenCLIPVisual(name).eval(), torch.zeros(1, 3, 64, 32)
    if name.startswith(('small-convnext', 'small-mobileclip-s')):
        assert tower(images).shape == (1, WIDTH)
    else:
        with pytest.raises(ValueError, match='32 x 64 .* takes 32 x 32'):
            tower(images)


def test_a_tower_without_blocks_known_here_says_so():
    for ask in (stages, use_checkpoints):
        with pytest.raises(ValueError, match='Linear'):
            ask(torch.nn.Linear(2, 2))


def test_a_tower_of_hugging_face_s_text_has_its_image_tower():
    arch = dict(
        embed_dim=WIDTH,
        vision_cfg=FAMILIES['clipa']['vision_cfg'],
        text_cfg=dict(hf_model_name='roberta-base', hf_tokenizer_name='roberta-base'),
    )
    assert OpenCLIPVisual(arch)(pictures()).shape == (2, WIDTH)
