"""Which numbers a run computes with."""

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

    ``auto`` means bfloat16 autocast where the CUDA device has it, else float32: the
    same config runs on a CPU, where mmengine's AMP refuses to. bfloat16 has float32's
    range and needs no loss scaling, which is switched off.

    The config notes under ``chosen_precision`` what has been chosen. Another precision
    may be set later, on another machine too.

    Args:
        cfg: Config of a run; changed in place. ``auto`` leaves wrappers other than
            ``OptimWrapper``, such as DeepSpeed's, as they are.
        precision: One of ``PRECISIONS``; by default the one that the config states, or
            ``fp32``.

    Returns:
        The precision chosen: ``bf16``, ``fp16``, ``fp32`` or ``as configured``.

    Raises:
        ValueError: If an unknown name, one that the device does not have, or one asked
            of a wrapper that sets its own.
    """
    precision = precision or Recipe.of(cfg).precision or 'fp32'
    if precision not in PRECISIONS:
        raise RecipeError(
            f'precision must be in {list(PRECISIONS)}, not {precision!r}.'
        )
    wrapper = cfg.get('optim_wrapper')
    if wrapper is None:  # nothing is trained
        return 'as configured'
    if cfg.get(CHOSEN) in _WRAPPERS:  # by an earlier call
        _take_back(wrapper, _WRAPPERS[cfg.pop(CHOSEN)])
    kind = kind_of(wrapper) or 'OptimWrapper'
    if kind != 'OptimWrapper':
        if precision != 'auto':
            raise RecipeError(
                f'precision={precision!r} cannot be set for optim_wrapper.type='
                f"{kind!r}, whose own settings say it; use precision='auto' and leave "
                'out --amp.'
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
            f'recipe.precision={precision!r} needs a CUDA device that has it; '
            '--precision auto takes the best that is there.'
        )
    return precision


def _take_back(wrapper: dict, settings: dict) -> None:
    for key, value in settings.items():
        if wrapper.get(key) == value:
            wrapper.pop(key)


def best_mixed_precision() -> str:
    """The better of ``bf16`` and ``fp16``; ``fp16`` where neither is known to work."""
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
