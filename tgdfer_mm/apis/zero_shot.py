"""TG-DFER before any training: zero-shot CLIP with the weights of its towers."""

import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F
from mmengine.config import Config
from mmengine.logging import MMLogger

from ..catalogue import catalogue
from ..catalogue.entries import with_ban
from ..files import file_hash
from ..models.bag import Bag
from ..models.text import OpenCLIPText
from ..models.text.other_texts import learned_for_classes
from ..models.vision_language.kept_weights import KeptWeights, kept_weights
from ..models.vision_language.open_clip_models import arch_config, is_published
from ..recipe.own_tower import find_tower
from ..terminal import saying_only
from ..video.errors import UsageError
from .loaded_model import LoadedModel, build_network

_SHIPPED = 'tgdfer_mm://'
_TOWERS = ('backbone', 'text_encoder')


def names_its_towers(cfg: Config) -> bool:
    """True if a config has an image and a text tower with pretrained weights."""
    model = cfg.get('model') or {}
    return all((model.get(part) or {}).get('pretrained') for part in _TOWERS)


def has_its_towers(cfg: Config) -> bool:
    """True if the weights that a config names for its image tower are here."""
    tower = cfg.model.backbone
    return kept_weights(tower.get('arch'), tower.pretrained) is not None


def use_towers(cfg: Config, source: str) -> None:
    """Makes the towers of a config start from other weights of a CLIP.

    Args:
        cfg: Config of a model with open_clip's towers; changed in place.
        source: A file of weights of the config's architecture, or a folder or
            repository (``hf-hub:org/name``), which names its own architecture.

    Raises:
        UsageError: That tower needs pictures that are prepared differently from a
            CLIP's.
    """
    for part in _TOWERS:
        cfg.model[part].pretrained = source
    if not is_published(source):
        return
    config = arch_config(source)
    if 'init_logit_bias' in config or 'timm_model_name' in config['vision_cfg']:
        raise UsageError(
            f'{source} is not a CLIP with a tower of its own kind, so it is unknown '
            'how pictures are prepared for it: give a config (docs/hub.md)'
        )
    for part in _TOWERS:
        cfg.model[part].arch = source
    for part in ('neck', 'cls_head'):
        cfg.model[part].in_channels = config['embed_dim']
    size = config['vision_cfg'].get('image_size', 224)
    for step in cfg.test_dataloader.dataset.pipeline:
        if step['type'] == 'Resize':
            step['scale'] = (size, size)
    cfg.video.crop.size = size


def load_zero_shot(cfg: Config, config: str, name: str, device: str) -> LoadedModel:
    """Loads a model in which only the towers have weights.

    Args:
        cfg: Changed in place, so that it names the files that were used.
        config: What messages call it.
        name: Its name in results.
        device: Where it runs.

    Raises:
        UsageError: Weights of the towers are not on this machine, or other parts say
            nothing before they are trained.
    """
    domain, note = _facts_of(cfg)
    named = cfg.model.backbone.pretrained
    kept = _keep_to_this_machine(cfg, config)
    network = build_network(cfg, config)
    if not starts_as_zero_shot(network):
        raise UsageError(
            f'{config} needs a checkpoint (--checkpoint FILE): its neck or head '
            'gives no useful scores before it is trained'
        )
    # mmengine logs the start of every weight.
    with saying_only(MMLogger.get_current_instance(), logging.WARNING):
        network.init_weights()
    path = Path(kept.source)
    about = dict(
        name=name,
        config=config,
        checkpoint=str(named),
        sha256=file_hash(path) if path.is_file() else None,
        classes=list(network.text_encoder.classes),
        domain=domain,
        note=with_ban(note, domain),
        zero_shot=True,
    )
    return LoadedModel(network.to(device).eval(), cfg, about)


def _keep_to_this_machine(cfg: Config, config: str) -> KeptWeights:
    """Makes the towers of a config start from weights that are here.

    Args:
        cfg: Changed in place.
        config: What messages call it.

    Returns:
        The weights of the image tower.

    Raises:
        UsageError: They are not here; the message tells how to get them.
    """
    found = []
    for part in _TOWERS:
        tower = cfg.model[part]
        kept = kept_weights(tower.get('arch'), tower.pretrained)
        if kept is None:
            raise UsageError(
                f'{config}: model.{part}.pretrained={tower.pretrained!r} is not on '
                'this machine, and nothing is fetched unasked. `tgdfer models get '
                'clip` fetches a CLIP (--model clip); --model clip --checkpoint FILE '
                'takes weights of yours: a file, a folder or hf-hub:org/name'
            )
        tower.pretrained = kept.source
        if kept.quick_gelu is not None:
            tower.quick_gelu = kept.quick_gelu
        found.append(kept)
    return found[0]


def starts_as_zero_shot(network: Any) -> bool:
    """True if neck and head judge frames only by the cosines with the texts.

    It is tried with random numbers instead of features: no list of parts can tell it
    for parts of a user.
    """
    texts, head = getattr(network, 'text_encoder', None), network.cls_head
    scale = getattr(head, 'logit_scale', None)
    neck = getattr(network, 'neck', None)
    if not isinstance(texts, OpenCLIPText) or scale is None or neck is None:
        return False
    draw = torch.Generator().manual_seed(0)
    width = texts.out_channels
    frames = torch.randn(1, 8, width, generator=draw).to(scale)
    labels = F.normalize(torch.randn(3, width, generator=draw), dim=-1).to(scale)
    mask = torch.ones(1, 8, dtype=torch.bool, device=scale.device)
    training = network.training
    network.eval()
    try:
        with torch.no_grad():
            bag, _ = neck(Bag(frames, mask, labels))
            found = head(bag).instance / scale.exp()
    # Parts of a user may need more of a bag, or return something else.
    except (AttributeError, IndexError, RuntimeError, TypeError, ValueError):
        return False
    finally:
        network.train(training)
    if found.shape != (1, 8, 3):
        return False
    cosines = F.normalize(frames, dim=-1) @ labels.t()
    apart = found - cosines
    return bool((apart - apart.mean()).abs().max() < 1e-3)


def is_untrained(network: Any) -> bool:
    """True if neck, head and prompts of a model have their start values."""
    return starts_as_zero_shot(network) and not learned_for_classes(
        network.text_encoder
    )


def _facts_of(cfg: Mapping[str, Any]) -> tuple[str | None, str]:
    """Domain of a model without training, and sentences about it."""
    drawn = str(cfg['model']['backbone']['pretrained']).startswith(_SHIPPED)
    said = (
        'This model was never trained: it uses only its pretrained towers, zero-shot.'
    )
    if drawn:
        small = find_tower('small')
        return small.domain, f'{said} {small.note}'
    score = catalogue()['clip'].score
    return 'real', (
        f'{said} Nothing in it was trained for faces, and CLIP scores poorly without '
        f'training: {score}.'
    )


AS_IT_STARTS = (
    'Neck, head and prompts of this checkpoint have their start values, so it judges '
    'as zero-shot CLIP: it was never trained, or only its image tower was.'
)
