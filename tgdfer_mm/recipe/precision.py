"""The numerical precision of a run."""

import torch
from mmengine.config import Config

from ..run_config.walk import kind_of
from .recipe import PRECISIONS, Recipe, RecipeError

CHOSEN = 'chosen_precision'


def choose_precision(cfg: Config, recipe: Recipe) -> str | None:
    """Sets a config's optimizer wrapper to the recipe's precision, if it has one."""
    if recipe.precision is None:
        return None
    chosen = apply_precision(cfg, recipe.precision)
    return f'the model is trained in {chosen} (recipe.precision={recipe.precision!r})'


def apply_precision(cfg: Config, precision: str | None = None) -> str:
    """Sets the optimizer wrapper of a config to a precision.

    ``auto`` means bfloat16 autocast if the CUDA device supports it, and float32
    otherwise, so that the same config runs on a CPU, which mmengine's AMP refuses.
    bfloat16 has the range of float32 and needs no loss scaling, which is switched off.

    The config records the choice as ``chosen_precision``. Another precision may be set
    later, also on another machine.

    Args:
        cfg: Config of a run; changed in place. ``auto`` does not change wrappers other
            than ``OptimWrapper``, such as DeepSpeed's.
        precision: One of ``PRECISIONS``; by default the config's, or ``fp32``.

    Returns:
        The chosen precision: ``bf16``, ``fp16``, ``fp32`` or ``as configured``.

    Raises:
        ValueError: If the name is unknown, the device does not support it, or the
            wrapper has its own setting.
    """
    precision = precision or Recipe.of(cfg).precision or 'fp32'
    if precision not in PRECISIONS:
        raise RecipeError(
            f'precision must be in {list(PRECISIONS)}, not {precision!r}.'
        )
    wrapper = cfg.get('optim_wrapper')
    if wrapper is None:  # there is no training
        return 'as configured'
    if cfg.get(CHOSEN) in _WRAPPERS:  # by an earlier call
        _take_back(wrapper, _WRAPPERS[cfg.pop(CHOSEN)])
    kind = kind_of(wrapper) or 'OptimWrapper'
    if kind != 'OptimWrapper':
        if precision != 'auto':
            raise RecipeError(
                f'precision={precision!r} cannot be set for '
                f'optim_wrapper.type={kind!r}, which has its own setting; use '
                "precision='auto' and leave out --amp."
            )
        return 'as configured'
    chosen = _available(precision)
    if chosen != 'fp32':
        wrapper.update(_WRAPPERS[chosen])
        cfg[CHOSEN] = chosen
    return chosen


def _available(precision: str) -> str:
    if precision == 'auto':
        return 'bf16' if _has_bf16() else 'fp32'
    if (precision == 'bf16' and not _has_bf16()) or (
        precision == 'fp16' and not torch.cuda.is_available()
    ):
        raise RecipeError(
            f'recipe.precision={precision!r} needs a CUDA device that supports it; '
            '--precision auto takes the best one of this machine.'
        )
    return precision


def _take_back(wrapper: dict, settings: dict) -> None:
    for key, value in settings.items():
        if wrapper.get(key) == value:
            wrapper.pop(key)


def best_mixed_precision() -> str:
    """The better one of ``bf16`` and ``fp16``; ``fp16`` if neither is known to work."""
    return 'bf16' if _has_bf16() else 'fp16'


def _has_bf16() -> bool:
    return torch.cuda.is_available() and torch.cuda.is_bf16_supported(
        including_emulation=False  # which is slower than float32
    )


_WRAPPERS = {
    'fp16': dict(type='AmpOptimWrapper', dtype='float16', loss_scale='dynamic'),
    'bf16': dict(
        type='AmpOptimWrapper', dtype='bfloat16', loss_scale=dict(enabled=False)
    ),
}
