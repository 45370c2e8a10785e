"""Translates a config.json of transformers' CLIP or SigLIP to open_clip's form."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from ...files import read_json

_TANH = dict(approximate='tanh')
# Name of an activation in transformers -> open_clip's quick_gelu and act_kwargs.
_ACTIVATIONS = {
    'quick_gelu': (True, None),
    'gelu': (False, None),
    'gelu_pytorch_tanh': (False, _TANH),
    'gelu_new': (False, _TANH),
}
_NAMES_IN_TIMM = {
    'quick_gelu': 'quick_gelu',
    'gelu': 'gelu',
    'gelu_pytorch_tanh': 'gelu_tanh',
    'gelu_new': 'gelu_tanh',
}


class UnknownModelError(ValueError):
    """A model of transformers cannot be built from open_clip's parts."""

    exit_code = 2  # of a command


def to_open_clip_config(config: Mapping[str, Any], where: object) -> dict:
    """The open_clip model config of a CLIPModel's or SiglipModel's ``config.json``.

    Args:
        config: The content of the file.
        where: Name of the file in errors.

    Returns:
        As :func:`~tgdfer_mm.models.vision_language.open_clip_models.build_clip` takes
        it. SigLIP's image tower is a ``timm_model_name`` with ``timm_kwargs``.

    Raises:
        UnknownModelError: If it is another model, or has a setting that open_clip's
            towers do not support.
    """
    kind = config.get('model_type')
    if kind not in _CONVERTERS:
        raise UnknownModelError(
            f'{where}: model_type={kind!r} is neither a CLIPModel (clip) nor a '
            'SiglipModel (siglip). For the image tower alone, use TransformersVision '
            'in InstanceBackbone, which takes other models of transformers '
            '(docs/hub.md)'
        )
    defaults = _defaults()[kind]
    whole = {key: config.get(key, value) for key, value in defaults.items()}
    for part in ('text_config', 'vision_config'):
        # Version 4 wrote some changes under another key.
        given = (config.get(part), config.get(f'{part}_dict'))
        whole[part] = {**defaults[part], **(given[0] or {}), **(given[1] or {})}
    return _CONVERTERS[kind](whole, where)


def _clip(config: dict, where: object) -> dict:
    text, vision = config['text_config'], config['vision_config']
    width = vision['hidden_size']
    quick_gelu, act = _activation(text, where)
    if _activation(vision, where) != (quick_gelu, act):
        raise UnknownModelError(
            f'{where}: the towers have different activations (hidden_act='
            f'{text["hidden_act"]!r} and {vision["hidden_act"]!r}), which open_clip '
            'cannot build'
        )
    text_cfg = _stated(**_text(text), act_kwargs=act, norm_kwargs=_norm(text))
    end = text['eos_token_id']
    # Before transformers 4.31 configs said 2, and the model looked for the highest id.
    if end not in (2, text['vocab_size'] - 1):
        text_cfg |= dict(pool_type='eos', eos_id=end)
    return dict(
        embed_dim=config['projection_dim'],
        quick_gelu=quick_gelu,
        vision_cfg=_stated(
            image_size=vision['image_size'],
            patch_size=vision['patch_size'],
            width=width,
            layers=vision['num_hidden_layers'],
            head_width=width // vision['num_attention_heads'],
            mlp_ratio=_mlp_ratio(vision),
            act_kwargs=act,
            norm_kwargs=_norm(vision),
        ),
        text_cfg=text_cfg,
    )


def _siglip(config: dict, where: object) -> dict:
    text, vision = config['text_config'], config['vision_config']
    width = vision['hidden_size']
    projected = text['projection_size'] or text['hidden_size']
    odd = [
        *(['vision_use_head=False'] if not vision['vision_use_head'] else []),
        *([f'projection_size={projected}'] if projected != width else []),
        *(['layer_norm_eps'] if vision['layer_norm_eps'] != 1e-6 else []),
    ]
    if odd:
        raise UnknownModelError(
            f'{where}: a SiglipModel with {odd[0]} in its config cannot be built from '
            'the parts of timm and open_clip; take another model'
        )
    _activation(vision, where)  # refuses an unknown one
    quick_gelu, act = _activation(text, where)
    return dict(
        embed_dim=width,
        init_logit_bias=-10,
        custom_text=True,
        quick_gelu=quick_gelu,
        vision_cfg=dict(
            image_size=vision['image_size'],
            timm_model_name='vit_base_patch16_siglip_224',
            timm_pool='map',
            timm_proj='none',
            timm_kwargs=dict(
                img_size=vision['image_size'],
                patch_size=vision['patch_size'],
                embed_dim=width,
                depth=vision['num_hidden_layers'],
                num_heads=vision['num_attention_heads'],
                mlp_ratio=_mlp_ratio(vision),
                act_layer=_NAMES_IN_TIMM[vision['hidden_act']],
            ),
        ),
        text_cfg=_stated(
            **_text(text),
            no_causal_mask=True,
            proj_bias=True,
            pool_type='last',
            act_kwargs=act,
            norm_kwargs=dict(eps=text['layer_norm_eps']),
            hf_tokenizer_name='SiglipTokenizer',
            tokenizer_kwargs=dict(clean='canonicalize'),
        ),
    )


def _text(text: dict) -> dict:
    return dict(
        context_length=text['max_position_embeddings'],
        vocab_size=text['vocab_size'],
        width=text['hidden_size'],
        heads=text['num_attention_heads'],
        layers=text['num_hidden_layers'],
        mlp_ratio=_mlp_ratio(text),
    )


def _stated(**values: Any) -> dict:
    return {key: value for key, value in values.items() if value is not None}


def _activation(part: dict, where: object) -> tuple[bool, dict | None]:
    name = part['hidden_act']
    if name not in _ACTIVATIONS:
        raise UnknownModelError(
            f"{where}: hidden_act={name!r} is not an activation of open_clip's towers, "
            f'which have {", ".join(_ACTIVATIONS)}; take another model'
        )
    return _ACTIVATIONS[name]


def _norm(part: dict) -> dict | None:
    eps = part['layer_norm_eps']
    return None if eps == 1e-5 else dict(eps=eps)  # torch's own


def _mlp_ratio(part: dict) -> float:
    """The ratio whose hidden width, rounded down by the builder, is the stated one."""
    width, hidden = part['hidden_size'], part['intermediate_size']
    ratio = hidden / width
    return ratio if int(width * ratio) == hidden else (hidden + 0.5) / width


@cache
def _defaults() -> dict:
    return read_json(Path(__file__).with_name('transformers_configs.json'))


_CONVERTERS = {'clip': _clip, 'siglip': _siglip}
