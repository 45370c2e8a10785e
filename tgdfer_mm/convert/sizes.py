"""Sizes of a model from the shapes of a file's weights, and unknown values."""

import math
import re

from mmengine.config import Config
from torch import Tensor, nn

from ..run_config.walk import data_sets, kind_of
from .errors import ConvertError
from .formats import Format


def set_sizes(
    form: Format, state: dict[str, Tensor], cfg: Config
) -> dict[str, int | float]:
    """Sets the sizes of a file in a config.

    Args:
        form: The format; its ``sizes`` and ``temperature`` name the places.
        state: Tensors of the file.
        cfg: Changed in place, also the number of frames that its pipelines sample.

    Returns:
        The keys that had another value, with their new values.

    Raises:
        ConvertError: If a tensor has fewer axes than the format needs, or the backbone
            divides a clip into another number of instances.
    """
    found: dict[str, int | float] = {}
    for key, pattern, axis, more, *number in form.sizes:
        size = _size(state, pattern, axis)
        if size is None:
            continue
        for each in number:
            size //= _get(cfg, each)
        if _get(cfg, key) not in (None, size + more):
            found[key] = size + more
    if form.temperature is not None:
        key, name = form.temperature
        found[key] = math.exp(-float(state[name]))
    frames = found.get('model.cls_head.num_frames')
    cfg.merge_from_dict(found)
    if frames is not None:
        for data_set in data_sets(cfg):
            for step in data_set.config.get('pipeline') or []:
                if kind_of(step) == 'SampleSegments':
                    step['num_frames'] = frames
        if _get(cfg, 'video.window.frames') is not None:
            cfg.video.window.frames = frames
    _check_instances(cfg)
    return found


def describe_unstated(form: Format, cfg: Config | None) -> list[str]:
    """Facts that a file does not state, each with the assumed value."""
    said = []
    for what, key in form.unstated:
        value = _get(cfg, key) if cfg is not None and key else None
        said.append(what if value is None else f'{what}: {key}={value!r}')
    return said


def check_activation(form: Format, state: dict[str, Tensor], model: nn.Module) -> None:
    """Refuses a model with another activation than its weights were trained with.

    Raises:
        ConvertError: If the file is of OpenAI's CLIP, whose towers have quick GELU, and
            a tower of the model does not have it.
    """
    if form.quick_gelu is None or form.quick_gelu not in state:
        return
    kinds = [
        type(module).__name__
        for name, module in model.named_modules()
        if name.endswith('mlp.gelu')  # the name in open_clip
    ]
    if not all(kind.endswith('QuickGELU') for kind in kinds):
        raise ConvertError(
            f"{form.name}: these weights are of OpenAI's towers, which use quick GELU, "
            'and the model uses GELU: take an architecture whose name ends in '
            '-quickgelu (--arch, or arch in the config).'
        )


def _check_instances(cfg: Config) -> None:
    backbone = cfg.model.get('backbone') or {}
    wanted = _get(cfg, 'model.cls_head.num_instances')
    frames, length = (backbone.get(key) for key in ('num_frames', 'clip_len'))
    if not (wanted and frames and length) or frames == wanted * length:
        return
    raise ConvertError(
        f'the file reads a clip in {wanted} parts, but '
        f'model.backbone.num_frames={frames} and clip_len={length} make '
        f'{frames / length:g}. The file does not state the number of frames in a part: '
        'set both with --cfg-options.'
    )


def _size(state: dict[str, Tensor], pattern: str, axis: int | None) -> int | None:
    found = [m for m in (re.fullmatch(pattern, name) for name in state) if m]
    if not found:
        return None
    if axis is None:  # the counted number of layers
        return len({match[1] for match in found})
    shape = state[found[0].string].shape
    if axis >= len(shape):
        raise ConvertError(f'{found[0].string} has the shape {tuple(shape)}')
    return shape[axis]


def _get(cfg: Config, key: str) -> object:
    node = cfg
    for part in key.split('.'):
        node = node.get(part) if hasattr(node, 'get') else None
    return node
