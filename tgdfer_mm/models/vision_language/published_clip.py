"""CLIPs as others publish them: a file, a folder, or a repository of the hub.

A folder is one of open_clip (``open_clip_config.json``) or of transformers'
``CLIPModel`` and ``SiglipModel`` (``config.json``). Safetensors are taken before other
files, and nothing in those is run.
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
# What OpenAI's files have among the weights; no other file has it.
_SIZES = ('input_resolution', 'context_length', 'vocab_size')
# Of a config, what neither the weights nor the features hang on.
_FREE = {
    *('image_size', 'patch_dropout', 'timm_drop', 'timm_drop_path'),
    *('timm_model_pretrained', 'hf_model_pretrained', 'output_tokens'),
    *('hf_tokenizer_name', 'tokenizer_kwargs', 'tokenizer_mode'),
}
# What open_clip does not look at where timm builds the tower.
_NOT_OF_TIMM = {'layers', 'width', 'head_width', 'mlp_ratio', 'patch_size'}


class MisfitError(ValueError):
    """Weights of another architecture than the one that they are to fill."""

    exit_code = 2  # of a command


class Published(NamedTuple):
    """Weights that somebody has published.

    Attributes:
        state: Under open_clip's names.
        config: The open_clip model config that they are of; None if no file says it.
        quick_gelu: Their activation; None if no file says it.
        source: What messages call them.
    """

    state: dict[str, Tensor]
    config: dict | None
    quick_gelu: bool | None
    source: str


def published_config(source: str | Path) -> dict:
    """The open_clip model config of a folder, or of a repository (``hf-hub:...``).

    Raises:
        MisfitError: There is none in it.
        UnknownModelError: It is of another model of transformers.
        HubError: The repository cannot be used.
    """
    if str(source).startswith(PREFIX):
        return deepcopy(_config_of_repository(str(source)))
    return _read_config(open_folder(source))


def read_published(source: str | Path) -> Published:
    """Reads the weights of a file, a folder or a repository.

    Raises:
        MisfitError: There is no config in it.
        NoWeightsError: There are no weights in it.
        UnknownModelError: They are of another model of transformers.
        DamagedCheckpointError: A file is damaged.
        NonFiniteWeightsError: A weight is NaN or infinity.
        HubError: The repository cannot be used.
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
    """Fills an open_clip model, with the adaptations of ``open_clip.load_checkpoint``.

    Args:
        model: A ``CLIP`` or ``CustomTextCLIP``.
        state: Under open_clip's names; positions of other pictures are interpolated.
        source: What the message calls it.

    Raises:
        MisfitError: Weights are missing, of another shape, or not the model's.
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
    """Refuses weights of an architecture that computes something else than ours.

    Heads, activations and pooling change the features, and no weight shows them.

    Raises:
        MisfitError: Names what differs.
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
            f'arch {name} is not what the weights of {source} are of: '
            f'{_few(differing)}. Set arch={source!r} to build what they are of.'
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
                f'{path} is no config of open_clip: vision_cfg or text_cfg is missing.'
            )
        return config
    path = folder.find(_CONFIG_OF_TRANSFORMERS)
    if path is None:
        raise MisfitError(
            f'{folder} has neither {_CONFIG} (of open_clip) nor '
            f'{_CONFIG_OF_TRANSFORMERS} (of transformers), so it is unknown what model '
            'its weights are of.'
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
        # A mask is made by the model itself.
        if name not in _SIZES and name.split('.')[-1] != 'attn_mask'
    }


def _facts(config: dict) -> dict[str, Any]:
    """What of a config the features hang on, defaults included."""
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
