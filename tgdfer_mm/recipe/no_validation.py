"""Training without evaluation between the epochs."""

from mmengine.config import Config

from .recipe import Recipe


def skip_validation(cfg: Config, recipe: Recipe) -> str | None:
    """Takes the validation out of a config if the recipe says so."""
    if not recipe.no_validate:
        return None
    cfg.val_cfg = cfg.val_dataloader = cfg.val_evaluator = None
    return 'nothing is evaluated between the epochs'
