"""Published CLIP models: reads a file, a folder, or a repository on the hub.

A folder has the form of open_clip (``open_clip_config.json``) or of transformers'
``CLIPModel`` and ``SiglipModel`` (``config.json``). Safetensors are preferred to other
files, and no code in those is run.
"""

from copy import deepcopy
from dataclasses import asdict
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import open_clip
import torch
from open_clip.convert import convert_state_dict
from open_clip.model import (
    convert_to_custom_text_state_dict,
    resize_pos_embed,
    resize_text_pos_embed,
)
from torch import Tensor, nn

from ...files import read_json
from ...hf_hub import PREFIX, HubFolder, LocalFolder, open_folder
from ...plain_checkpoints import DamagedCheckpointError
from .transformers_configs import to_open_clip_config
from .transformers_weights import is_of_transformers, to_open_clip
from .weight_files import OF_TRANSFORMERS, find_weights, read_weights

_CONFIG, _CONFIG_OF_TRANSFORMERS = 'open_clip_config.json', 'config.json'
_WEIGHTS = ('open_clip_model.safetensors', 'open_clip_pytorch_model.bin')
# An entry that only OpenAI's files have among the weights.
_SIZES = ('input_resolution', 'context_length', 'vocab_size')
# Keys of a config that influence neither weights nor features.
_FREE = {
    *('image_size', 'patch_dropout', 'timm_drop', 'timm_drop_path'),
    *('timm_model_pretrained', 'hf_model_pretrained', 'output_tokens'),
    *('hf_tokenizer_name', 'tokenizer_kwargs', 'tokenizer_mode'),
}
# Keys that open_clip ignores where timm builds the tower.
_NOT_OF_TIMM = {'layers', 'width', 'head_width', 'mlp_ratio', 'patch_size'}


class MisfitError(ValueError):
    """The weights do not fit the architecture."""

    exit_code = 2  # of a command


class Published(NamedTuple):
    """Published weights, with what is known about them.

    Attributes:
        state: Under open_clip's names.
        config: Their open_clip model config; None if no file has it.
        quick_gelu: Whether they were trained with quick GELU; None if no file says it.
        source: Their name in messages.
    """

    state: dict[str, Tensor]
    config: dict | None
    quick_gelu: bool | None
    source: str


def published_config(source: str | Path) -> dict:
    """The open_clip model config of a folder, or of a repository (``hf-hub:...``).

    Raises:
        MisfitError: If there is no config in it.
        UnknownModelError: If the config is of another model of transformers.
        HubError: If the repository cannot be used.
    """
    if str(source).startswith(PREFIX):
        return deepcopy(_config_of_repository(str(source)))
    return _read_config(open_folder(source))


def read_published(source: str | Path) -> Published:
    """Reads the weights of a file, a folder or a repository.

    Raises:
        MisfitError: If there is no config in it.
        NoWeightsError: If there are no weights in it.
        UnknownModelError: If the weights are of another model of transformers.
        DamagedCheckpointError: If a file is damaged.
        NonFiniteWeightsError: If a weight is NaN or infinity.
        HubError: If the repository cannot be used.
    """
    path = Path(source).expanduser()
    if path.is_file():
        return _read_file(path)
    folder = open_folder(source)
    config = _read_config(folder)
    own = folder.find(_CONFIG) is not None
    files = find_weights(folder, _WEIGHTS if own else OF_TRANSFORMERS)
    state = _under_our_names(read_weights(files))
    return Published(state, config, config.get('quick_gelu', False), str(folder))


def fill_clip(model: nn.Module, state: dict[str, Tensor], source: str) -> None:
    """Fills an open_clip model, adapted as in ``open_clip.load_checkpoint``.

    Args:
        model: A ``CLIP`` or ``CustomTextCLIP``.
        state: Weights under open_clip's names; positional codes for another picture
            size are interpolated.
        source: Name of the weights in errors.

    Raises:
        MisfitError: If weights are missing, have another shape, or are not the model's.
    """
    state = convert_state_dict(model, dict(state))
    if 'positional_embedding' in state and not hasattr(model, 'positional_embedding'):
        state = convert_to_custom_text_state_dict(state)
    for name in ('logit_scale', 'logit_bias'):
        own = getattr(model, name, None)
        if name in state and own is not None:
            state[name] = state[name].reshape(own.shape)
    if 'logit_bias' not in state and getattr(model, 'logit_bias', None) is not None:
        state['logit_bias'] = torch.zeros_like(model.logit_bias)
    resize_pos_embed(state, model)
    resize_text_pos_embed(state, model)
    own = model.state_dict()
    missing = [name for name in own if name not in state]
    odd = [name for name in state if name not in own]
    shapes = [
        f'{name} {tuple(value.shape)} for {tuple(own[name].shape)}'
        for name, value in state.items()
        if name in own and value.shape != own[name].shape
    ]
    problems = (('lacks', missing), ('has besides', odd), ('has other shapes', shapes))
    said = [f'it {what} {_few(names)}' for what, names in problems if names]
    if said:
        raise MisfitError(f'{source} does not fit the architecture: {"; ".join(said)}.')
    model.load_state_dict(state)


def check_alike(ours: dict, theirs: dict, arch: object, source: str) -> None:
    """Refuses weights of an architecture that computes other features.

    Heads, activations and pooling change the features, but not the names or shapes of
    weights.

    Raises:
        MisfitError: If the architectures differ; the message names the differences.
    """
    mine, other = _facts(ours), _facts(theirs)
    differing = [
        f'{key}={mine.get(key)!r} for {other.get(key)!r}'
        for key in {**mine, **other}
        if mine.get(key) != other.get(key)
    ]
    if differing:
        name = repr(arch) if isinstance(arch, str) else 'of the config'
        raise MisfitError(
            f'arch {name} does not fit the weights of {source}: {_few(differing)}. Set '
            f'arch={source!r} to build their architecture.'
        )


@lru_cache(maxsize=8)
def _config_of_repository(source: str) -> dict:
    return _read_config(open_folder(source))


def _read_config(folder: HubFolder | LocalFolder) -> dict:
    path = folder.find(_CONFIG)
    if path is not None:
        content = read_json(path)
        config = content.get('model_cfg', content)
        if not all(isinstance(config.get(k), dict) for k in ('vision_cfg', 'text_cfg')):
            raise DamagedCheckpointError(
                f'{path} is not a config of open_clip: vision_cfg or text_cfg is '
                'missing. Fetch the file again.'
            )
        return config
    path = folder.find(_CONFIG_OF_TRANSFORMERS)
    if path is None:
        raise MisfitError(
            f'{folder} has neither {_CONFIG} (of open_clip) nor '
            f'{_CONFIG_OF_TRANSFORMERS} (of transformers), so the model of its weights '
            'is not known. Add the config.'
        )
    return to_open_clip_config(read_json(path), path)


def _read_file(path: Path) -> Published:
    weights = read_weights([path])
    config, folder = None, LocalFolder(path.parent)
    named = _CONFIG_OF_TRANSFORMERS if is_of_transformers(weights) else _CONFIG
    if folder.find(named) is not None:
        config = _read_config(folder)
    quick_gelu = True if any(name in weights for name in _SIZES) else None
    if config is not None:
        quick_gelu = config.get('quick_gelu', False)
    return Published(_under_our_names(weights), config, quick_gelu, str(path))


def _under_our_names(weights: dict[str, Tensor]) -> dict[str, Tensor]:
    if is_of_transformers(weights):
        return to_open_clip(weights)
    return {
        name: value
        for name, value in weights.items()
        # The model creates its mask itself.
        if name not in _SIZES and name.split('.')[-1] != 'attn_mask'
    }


def _facts(config: dict) -> dict[str, Any]:
    """The values of a config that influence the features, with defaults."""
    vision = asdict(open_clip.CLIPVisionCfg()) | config['vision_cfg']
    text = asdict(open_clip.CLIPTextCfg()) | config['text_cfg']
    free = _FREE | (_NOT_OF_TIMM if vision['timm_model_name'] else set())
    facts = {
        **{f'vision_cfg.{k}': v for k, v in vision.items() if k not in free},
        **{f'text_cfg.{k}': v for k, v in text.items() if k not in _FREE},
        'embed_dim': config.get('embed_dim'),
        'quick_gelu': bool(config.get('quick_gelu')),
    }
    return {key: value for key, value in facts.items() if value not in (None, {}, '')}


def _few(names: list[str]) -> str:
    more = f' and {len(names) - 3} more' if len(names) > 3 else ''
    return f'{", ".join(names[:3])}{more}'
