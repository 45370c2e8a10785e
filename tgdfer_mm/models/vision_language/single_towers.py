"""Single towers of an open_clip model, built without the other one."""

import open_clip
from torch import nn

from .open_clip_models import NO_IMAGE, arch_config, model_class
from .timm_tower import sized_timm_model

NO_TEXT = dict(context_length=1, vocab_size=1, width=1, heads=1, layers=1)


def build_image_tower(arch: str | dict) -> nn.Module:
    """The image tower of an architecture, with random weights, on the CPU.

    Args:
        arch: See :mod:`tgdfer_mm.models.vision_language.open_clip_models`.
    """
    config = {**arch_config(arch), 'text_cfg': NO_TEXT}
    if 'timm_kwargs' in config['vision_cfg']:
        return sized_timm_model(config['vision_cfg'])
    for name in ('custom_text', 'multimodal_cfg'):
        config.pop(name, None)
    tower = open_clip.CLIP(**config).visual
    if getattr(tower, 'output_tokens', False):  # a captioner reads all tokens
        tower.output_tokens = False
    return tower


def build_text_model(arch: str | dict) -> nn.Module:
    """The model of an architecture with a minimal image tower, on the CPU.

    Raises:
        ValueError: If its text tower is one of Hugging Face.
    """
    config = arch_config(arch) | {'text_cfg': text_config(arch)}
    config |= {'vision_cfg': NO_IMAGE}
    config.pop('multimodal_cfg', None)
    return model_class(config)(**config)


def text_config(arch: str | dict) -> dict:
    """The text tower's part of an architecture's model config.

    Raises:
        ValueError: If it is one of Hugging Face.
    """
    config = arch_config(arch)['text_cfg']
    hub = config.get('hf_model_name')
    if hub:
        raise ValueError(
            f'arch={arch!r}: its text tower is {hub!r} of Hugging Face, but '
            "OpenCLIPText only takes open_clip's own text transformers. Its image "
            'tower works: use LearnedClassVectors for the classes.'
        )
    return config
