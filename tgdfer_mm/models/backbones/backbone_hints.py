"""Errors of backbones that cannot take the frames: the reason, and what to set."""

import re

_SIZES = re.compile('match|size|divisible')  # words for pictures in errors of backbones


def why_not(
    name: str,
    input_format: str,
    clip_len: int,
    size: tuple[int, int],
    error: Exception,
) -> str:
    """The error text after a backbone failed in a trial: the reason, and what to do.

    Args:
        name: The backbone's type in the config.
        input_format: ``NCHW`` or ``NCTHW``.
        clip_len: Frames of a clip.
        size: Height and width of the pictures.
        error: The exception that the backbone raised.
    """
    of_size = _size_hint(name, size)
    if isinstance(error, ImportError):
        hint = (
            'mmcv-lite has no compiled operators: install mmcv instead of it to use '
            'this backbone'
        )
    elif of_size and _SIZES.search(str(error)):
        hint = of_size
    elif input_format == 'NCHW':
        hint = (
            "Is it a backbone on clips (input_format='NCTHW')? Do its own arguments, "
            'such as num_segments, have the same numbers?'
        )
    else:
        hint = (
            'Is clip_len too short for its temporal strides, is image_size another '
            'one than it was made for, do its own arguments, such as num_frames, have '
            "other numbers, or is it a backbone on pictures (input_format='NCHW')?"
        )
    height, width = size
    given = (
        f'pictures of {height}x{width}'
        if input_format == 'NCHW'
        else f'clips of {clip_len} frames of {height}x{width}'
    )
    reason = str(error).rstrip('.')
    return f'{name} cannot take {given}: {type(error).__name__}: {reason}. {hint}'


def _size_hint(name: str, size: tuple[int, int]) -> str | None:
    """The fields of the config that set the backbone's picture size, or ours."""
    own, ours = 'model.backbone.backbone', 'model.backbone.image_size'
    if name.startswith('timm.'):
        value = size[0] if size[0] == size[1] else size
        return (
            f'Set {own}.img_size={value} (as timm calls it) to build it for these '
            f'pictures, or {ours} to the size that it is made for'
        )
    if name == 'TransformersVision':
        return (
            f'Set {own}.interpolate=True to interpolate its positional codes, or '
            f'{ours} to the size that it is made for'
        )
    return None
