"""CLIPs of files, folders and repositories: transformers, open_clip and OpenAI."""

import json

import pytest
import torch
from safetensors.torch import save_file

from tgdfer_mm.hf_hub import HubError
from tgdfer_mm.models.backbones import OpenCLIPVisual
from tgdfer_mm.models.vision_language.open_clip_models import (
    NoWeightsError,
    arch_config,
    build_clip,
    load_clip,
)
from tgdfer_mm.models.vision_language.published_clip import MisfitError
from tgdfer_mm.models.vision_language.transformers_configs import UnknownModelError
from tgdfer_mm.plain_checkpoints import DamagedCheckpointError

from ..hub_host import COMMIT
from . import transformers_files as files


@torch.no_grad()
def features(model):
    """Features of pictures and texts, and the logits, by a model of open_clip."""
    images, ids = files.inputs()
    model.eval()
    image, text, scale, *bias = model(images, ids)
    logits = scale * image @ text.t() + (bias[0] if bias else 0)
    return model.encode_image(images), model.encode_text(ids), logits


def differences(ours, theirs):
    pairs = zip(ours, theirs, strict=True)
    return [(a - torch.as_tensor(b)).abs().max().item() for a, b in pairs]


@pytest.mark.parametrize('kind', files.CONFIGS)
def test_a_folder_of_transformers_gives_what_transformers_gave(kind, tmp_path):
    folder = str(files.write_folder(kind, tmp_path))
    model, kept = load_clip(folder, folder)
    assert kept is None
    known = files.recorded(kind)
    theirs = [known[name] for name in ('image', 'text', 'logits')]
    assert max(differences(features(model), theirs)) < 1e-5
    assert all(torch.as_tensor(each).std() > 0.02 for each in theirs)


@pytest.mark.parametrize('kind', files.CONFIGS)
@pytest.mark.parametrize('parts', [False, True])
def test_what_transformers_itself_writes_and_computes_today(kind, parts, tmp_path):
    pytest.importorskip('transformers')
    theirs = files.build(kind)
    theirs.save_pretrained(tmp_path, max_shard_size='20KB' if parts else '1GB')
    assert (tmp_path / 'model.safetensors.index.json').is_file() == parts
    model, _ = load_clip(str(tmp_path), str(tmp_path))
    wanted = files.features_of_transformers(theirs)
    assert max(differences(features(model), wanted)) < 1e-5


def test_safetensors_next_to_their_config_and_without_it(tmp_path):
    path = files.write_folder('clip', tmp_path) / 'model.safetensors'
    arch = arch_config(str(tmp_path))
    wanted = features(load_clip(str(tmp_path), str(tmp_path))[0])
    assert differences(features(load_clip(arch, str(path))[0]), wanted) == [0, 0, 0]
    (tmp_path / 'config.json').unlink()
    with pytest.raises(ValueError, match='model.safetensors.* set quick_gelu'):
        load_clip(arch, str(path))
    bare, _ = load_clip(arch, str(path), quick_gelu=True)
    assert differences(features(bare), wanted) == [0, 0, 0]


def test_pickled_weights_are_read_where_there_are_no_others(tmp_path):
    folder = files.write_folder('siglip', tmp_path)
    wanted = features(load_clip(str(folder), str(folder))[0])
    torch.save(files.weights('siglip'), folder / 'pytorch_model.bin')
    (folder / 'model.safetensors').unlink()
    assert differences(features(load_clip(str(folder), str(folder))[0]), wanted) == [
        *(0, 0, 0)
    ]


def test_a_folder_of_open_clip_and_a_repository(hub, tmp_path, tiny_arch):
    model = build_clip(tiny_arch)
    config = dict(model_cfg=tiny_arch, preprocess_cfg={})
    (tmp_path / 'open_clip_config.json').write_text(json.dumps(config))
    save_file(model.state_dict(), tmp_path / 'open_clip_model.safetensors')
    hub.repos['org/tiny'] = tmp_path
    for source in (str(tmp_path), 'hf-hub:org/tiny'):
        state = load_clip(tiny_arch, source)[0].state_dict()
        assert all(torch.equal(state[n], v) for n, v in model.state_dict().items())
        assert arch_config(source) == tiny_arch


def openai_state(model):
    sizes = dict(input_resolution=32, context_length=77, vocab_size=49408)
    extra = {name: torch.tensor(value) for name, value in sizes.items()}
    return {**{n: v.half() for n, v in model.state_dict().items()}, **extra}


class Archive(torch.nn.Module):
    """As OpenAI's archive of TorchScript: weights, sizes and code."""

    def __init__(self, model):
        super().__init__()
        self.visual = torch.nn.Module()
        for name, value in openai_state(model).items():
            *path, last = name.split('.')
            node = self
            for part in path:
                if not hasattr(node, part):
                    node.add_module(part, torch.nn.Module())
                node = getattr(node, part)
            node.register_buffer(last, value)

    def forward(self, x):
        return x


@pytest.mark.filterwarnings('ignore')
@pytest.mark.parametrize('scripted', [False, True])
def test_openai_s_weights_say_their_activation(scripted, tmp_path, tiny_arch):
    model = build_clip(tiny_arch)
    path = str(tmp_path / 'ViT.pt')
    if scripted:
        torch.jit.script(Archive(model)).save(path)
    else:
        torch.save(openai_state(model), path)
    loaded, _ = load_clip(tiny_arch, path)
    state = loaded.state_dict()
    assert all(
        torch.equal(state[n], v.half().float()) for n, v in model.state_dict().items()
    )
    with pytest.raises(ValueError, match='trained with quick_gelu=True, but arch'):
        load_clip({**tiny_arch, 'quick_gelu': False}, path)
    with pytest.raises(ValueError, match='quick_gelu=False, but .*leave quick_gelu'):
        load_clip(tiny_arch, path, quick_gelu=False)


def test_an_image_tower_of_a_folder(tmp_path):
    folder = str(files.write_folder('clip', tmp_path))
    tower = OpenCLIPVisual(folder, folder).eval()
    tower.init_weights()
    with torch.no_grad():
        found = tower(files.inputs()[0])
    wanted = torch.tensor(files.recorded('clip')['image'])
    assert torch.allclose(found, wanted, atol=1e-5)


@pytest.mark.parametrize(
    ('change', 'named'),
    [
        (dict(vision_cfg=dict(head_width=24)), 'vision_cfg.head_width=24 for 16'),
        (dict(text_cfg=dict(heads=2)), 'text_cfg.heads=2 for 4'),
        (dict(quick_gelu=False), 'quick_gelu=False for True'),
        (dict(text_cfg=dict(pool_type='last')), "pool_type='last' for 'argmax'"),
    ],
)
def test_what_no_weight_shows_has_to_be_alike(change, named, tmp_path):
    folder = str(files.write_folder('clip', tmp_path))
    arch = arch_config(folder)
    for key, value in change.items():
        arch[key] = {**arch[key], **value} if isinstance(value, dict) else value
    with pytest.raises(MisfitError, match=f'{named}. Set arch=') as caught:
        load_clip(arch, folder)
    assert caught.value.exit_code == 2


def test_a_named_architecture_is_compared_before_it_is_built(tmp_path):
    folder = str(files.write_folder('siglip', tmp_path))
    with pytest.raises(MisfitError, match="arch 'ViT-B-16-SigLIP' does not"):
        load_clip('ViT-B-16-SigLIP', folder)


def test_weights_that_do_not_fit_are_named(tmp_path):
    folder = files.write_folder('clip', tmp_path)
    state = files.weights('clip')
    for name in ('logit_scale', 'text_model.encoder.layers.1.self_attn.k_proj.bias'):
        del state[name]
    state['visual_projection.weight'] = torch.zeros(3, 3)
    state['own.weight'] = torch.zeros(1)
    save_file(state, folder / 'model.safetensors')
    with pytest.raises(MisfitError, match='does not fit') as caught:
        load_clip(str(folder), str(folder))
    for part in (
        *('it lacks logit_scale;', 'it has besides own.weight;'),
        *('visual.proj (3, 3) for (48, 24)', '1.attn.in_proj_bias (64,) for (96,)'),
    ):
        assert part in str(caught.value)


@pytest.mark.parametrize(
    ('config', 'error', 'said'),
    [
        (None, MisfitError, 'neither open_clip_config.json .* nor config.json'),
        ('{', ValueError, 'config.json cannot be read as JSON'),
        (
            dict(model_type='bert'),
            UnknownModelError,
            "model_type='bert' is neither a CLIPMod",
        ),
        (
            dict(model_type='clip', text_config=dict(hidden_act='relu')),
            *(UnknownModelError, "hidden_act='relu'"),
        ),
        (
            dict(model_type='clip', text_config=dict(hidden_act='gelu')),
            *(UnknownModelError, 'different activations'),
        ),
        (
            dict(model_type='siglip', vision_config=dict(vision_use_head=False)),
            *(UnknownModelError, 'vision_use_head=False'),
        ),
        (
            dict(model_type='siglip', text_config=dict(projection_size=5)),
            *(UnknownModelError, 'projection_size=5'),
        ),
    ],
)
def test_folders_of_other_models_are_a_sentence(config, error, said, tmp_path):
    if config is not None:
        text = config if isinstance(config, str) else json.dumps(config)
        (tmp_path / 'config.json').write_text(text)
    with pytest.raises(error, match=said) as caught:
        arch_config(str(tmp_path))
    assert str(tmp_path) in str(caught.value) and caught.value.exit_code == 2


def test_defaults_are_those_of_the_published_models(tmp_path):
    # Sizes as in open_clip's own list, which has the same models.
    for model_type, name in (('clip', 'ViT-B-32-quickgelu'), ('siglip', None)):
        (tmp_path / 'config.json').write_text(json.dumps(dict(model_type=model_type)))
        found = arch_config(str(tmp_path))
        if name is None:
            assert found['text_cfg']['context_length'] == 64
            assert found['vision_cfg']['timm_kwargs']['depth'] == 12
        else:
            listed = arch_config(name)
            for part in ('vision_cfg', 'text_cfg'):
                assert listed[part].items() <= found[part].items()


@pytest.mark.parametrize(
    ('index', 'said'),
    [
        ('{}', "lacks 'weight_map'"),
        ('{"weight_map": {"a": "../secret"}}', 'names no files next to it'),
        ('{"weight_map": []}', 'names no files next to it'),
        ('{"weight_map": {"a": "part.safetensors"}}', 'part.safetensors, which is not'),
    ],
)
def test_a_damaged_list_of_parts(index, said, tmp_path):
    folder = files.write_folder('clip', tmp_path)
    (folder / 'model.safetensors').unlink()
    (folder / 'model.safetensors.index.json').write_text(index)
    with pytest.raises((DamagedCheckpointError, ValueError), match=said) as caught:
        load_clip(str(folder), str(folder))
    assert caught.value.exit_code == 2


def test_a_folder_without_weights(tmp_path):
    folder = files.write_folder('clip', tmp_path)
    (folder / 'model.safetensors').unlink()
    with pytest.raises(NoWeightsError, match='model.safetensors, py'):
        load_clip(str(folder), str(folder))


# The hub.


def test_a_repository_is_fetched_once_and_pinned(hub, tmp_path):
    hub.repos['org/name'] = files.write_folder('clip', tmp_path / 'repo')
    (tmp_path / 'repo/pytorch_model.bin').write_bytes(b'never asked for')
    hub.revisions.add('v1')
    name = 'hf-hub:org/name@v1'
    wanted = features(load_clip(str(tmp_path / 'repo'), str(tmp_path / 'repo'))[0])
    assert hub.asked == []  # a folder needs no host
    assert differences(features(load_clip(name, name)[0]), wanted) == [0, 0, 0]
    assert sorted(file for _, file in hub.fetched) == [
        *('config.json', 'model.safetensors')
    ]
    # The branch main is never looked at, nor are two commits mixed.
    assert {revision for revision, _ in hub.fetched} <= {'v1', COMMIT}


def test_a_commit_in_the_cache_needs_no_host(hub, tmp_path, monkeypatch):
    hub.repos['org/name'] = files.write_folder('siglip', tmp_path / 'repo')
    name = f'hf-hub:org/name@{COMMIT}'
    first = load_clip(name, name)[0].state_dict()
    monkeypatch.setattr('huggingface_hub.constants.HF_HUB_OFFLINE', True)
    again = load_clip(name, name)[0].state_dict()
    assert all(torch.equal(again[n], v) for n, v in first.items())


@pytest.mark.parametrize(
    ('name', 'said'),
    [
        ('hf-hub:org/absent', 'has no repository of that name, or it is private'),
        ('hf-hub:org/gated', 'accepted their terms. Do so on .*/org/gated'),
        ('hf-hub:org/name@v9', "has no branch, tag or commit 'v9'"),
        ('hf-hub:org/empty', 'neither open_clip_config.json'),
        ('hf-hub:name', 'names no repository'),
        ('hf-hub:../../etc', 'names no repository'),
    ],
)
def test_what_the_hub_refuses_is_a_sentence(name, said, hub, tmp_path):
    (tmp_path / 'empty').mkdir()
    hub.repos |= {'org/name': tmp_path, 'org/empty': tmp_path / 'empty'}
    hub.gated.add('org/gated')
    with pytest.raises((HubError, MisfitError), match=said) as caught:
        OpenCLIPVisual(name)
    assert caught.value.exit_code == 2 and '\n' not in str(caught.value)


def test_without_a_network_it_says_what_to_do(hub, monkeypatch):
    monkeypatch.setattr('huggingface_hub.constants.HF_HUB_OFFLINE', True)
    with pytest.raises(HubError, match='HF_HUB_OFFLINE forbids .*give a folder'):
        load_clip('ViT-B-32', 'hf-hub:org/name')


def test_nothing_is_fetched_that_is_not_named(hub, tmp_path, tiny_arch):
    with pytest.raises(ValueError, match='neither a file, a folder nor a tag'):
        load_clip(tiny_arch, 'org/name')
    with pytest.raises(ValueError, match='or hf-hub:org/name'):
        arch_config('org/name')
    OpenCLIPVisual(tiny_arch, 'hf-hub:org/name')  # its weights come with init_weights
    assert hub.asked == []
