"""The frozen tower of a config, and the facts that identify it."""

from collections.abc import Mapping

from mmengine.config import Config
from torch import nn

from ..datasets.feature_store import FeatureCacheError
from ..models.vision_language.open_clip_models import arch_config
from ..plain_checkpoints import load_from_local, plain_loading
from ..registry import MODELS
from ..run_config.stated_later import as_it_was
from .identity import plain

# Keys of a tower's config about the origin of weights, or about training.
_NOT_ARCHITECTURE = (
    *('pretrained', 'file', 'init_cfg', 'frozen_stages', 'frozen', 'norm_eval'),
    *('patch_dropout', 'with_cp'),
)


def build_tower(cfg: Config) -> nn.Module:
    """The tower of a config with its weights, for inference.

    Raises:
        FeatureCacheError: It has no weights of its own, or a part of it is trained.
    """
    own = cfg.model.backbone
    checkpoint = cfg.get('load_from')
    if not checkpoint and not any(map(own.get, ('pretrained', 'file', 'init_cfg'))):
        raise FeatureCacheError(
            'model.backbone has no pretrained weights: each run would start from other '
            'random ones, and so have other features. Set model.backbone.pretrained.'
        )
    tower = MODELS.build(own)
    with plain_loading():
        tower.init_weights()
    if checkpoint:
        state = load_from_local(checkpoint, 'cpu')
        state = state.get('state_dict', state)
        prefix = 'backbone.'
        state = {
            name.removeprefix(prefix): value
            for name, value in state.items()
            if name.startswith(prefix)
        }
        tower.load_state_dict(state)
    _require_frozen(tower)
    return tower.eval()


def architecture(backbone: Mapping) -> dict:
    """The parts of a tower's config on which its features depend."""
    backbone = as_it_was(dict(backbone))
    kept = {k: v for k, v in backbone.items() if k not in _NOT_ARCHITECTURE}
    if 'arch' in kept:  # the content of the file may change
        kept['arch'] = arch_config(kept['arch'])
    return plain(kept)


def _require_frozen(tower: nn.Module) -> None:
    trained = [name for name, p in tower.named_parameters() if p.requires_grad]
    if trained:
        raise FeatureCacheError(
            f'The tower is not frozen: {len(trained)} of its parameters are trained, '
            f"such as {trained[0]}. Set model.backbone.frozen_stages='all'."
        )
    tower.train()
    random = [
        name
        for name, module in tower.named_modules()
        # An outer module only passes its mode on.
        if module.training and not any(module.children()) and name
    ]
    if random:
        raise FeatureCacheError(
            f'The tower is not frozen: {random[0]} computes differently in '
            "training. Set model.backbone.frozen_stages='all'."
        )
