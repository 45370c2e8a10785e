"""Which numbers a run computes with."""

import torch
from mmengine.config import Config
from mmengine.logging import print_log

PRECISIONS = ('auto', 'bf16', 'fp16', 'fp32')


def apply_precision(cfg: Config, precision: str | None = None) -> str:
    """Sets the optimizer wrapper of a config to the precision it asks for.

    ``auto`` means bfloat16 autocast where the CUDA device has it, else float32: the
    same config runs on a CPU, where mmengine's AMP refuses to. bfloat16 has float32's
    range and needs no loss scaling, which is switched off.

    Args:
        cfg: Config of a run; changed in place. ``auto`` leaves wrappers other than
            ``OptimWrapper``, such as DeepSpeed's, as they are.
        precision: Instead of ``cfg.precision`` (``fp32`` if it is absent).

    Returns:
        The precision chosen: ``bf16``, ``fp16``, ``fp32`` or ``as configured``.

    Raises:
        ValueError: An unknown name, one that the device does not have, or one asked
            of a wrapper that sets its own.
    """
    stated = precision or cfg.get('precision')
    asked = stated or 'fp32'
    if asked not in PRECISIONS:
        raise ValueError(f'precision must be in {list(PRECISIONS)}, not {asked!r}.')
    chosen = asked
    if precision:
        cfg.precision = precision  # for whoever repeats this run
    if asked == 'auto':
        chosen = 'bf16' if _has_bf16() else 'fp32'
    elif (asked == 'bf16' and not _has_bf16()) or (
        asked == 'fp16' and not torch.cuda.is_available()
    ):
        raise ValueError(
            f"precision={asked!r} needs a CUDA device that has it; use 'auto' to get "
            'the best that is there.'
        )
    wrapper = cfg.get('optim_wrapper')
    kind = (wrapper or {}).get('type', 'OptimWrapper')
    if wrapper is None:
        return 'as configured'
    if kind not in ('OptimWrapper', 'AmpOptimWrapper'):
        if stated and asked != 'auto':
            raise ValueError(
                f'precision={asked!r} cannot be set for optim_wrapper.type={kind!r}, '
                "whose own settings say it; use precision='auto' and leave out --amp."
            )
        return 'as configured'
    if kind == 'OptimWrapper':
        wrapper.update(_WRAPPERS[chosen])
    else:
        chosen = 'as configured'
    print_log(f'Precision: {chosen} (asked for: {asked}).', logger='current')
    return chosen


def best_mixed_precision() -> str:
    """The better of ``bf16`` and ``fp16``; ``fp16`` where neither is known to work."""
    return 'bf16' if _has_bf16() else 'fp16'


def _has_bf16() -> bool:
    return torch.cuda.is_available() and torch.cuda.is_bf16_supported(
        including_emulation=False  # which is slower than float32
    )


_WRAPPERS = {
    'fp32': dict(type='OptimWrapper'),
    'fp16': dict(type='AmpOptimWrapper', dtype='float16', loss_scale='dynamic'),
    'bf16': dict(
        type='AmpOptimWrapper', dtype='bfloat16', loss_scale=dict(enabled=False)
    ),
}
