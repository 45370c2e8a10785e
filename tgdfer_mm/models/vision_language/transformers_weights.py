"""Renames weights of transformers' CLIPModel and SiglipModel to open_clip's names.

``transformers_names.json`` has, for each of the two, patterns and their replacements in
a name, in order. A mark after ``@`` names a further step: ``T`` transposes a matrix,
``1`` puts an axis of length one before the others, ``q``, ``k`` and ``v`` are stacked
to a matrix of three times as many rows, and ``q,kv`` splits such a matrix.
"""

import re
from collections import defaultdict
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import torch
from torch import Tensor

from ...files import read_json

_COUNTERS = '.position_ids'  # written by versions before 4.31
_MARKS = {'': lambda value: value, 'T': Tensor.t, '1': lambda value: value[None]}


def is_of_transformers(state: Mapping[str, Tensor]) -> bool:
    """Tells whether weights have the names of transformers."""
    return any(name.startswith(('vision_model.', 'text_model.')) for name in state)


def to_open_clip(state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Gives weights of a CLIPModel or SiglipModel the names of open_clip.

    Args:
        state: Weights whose names begin with ``vision_model.`` and ``text_model.``.

    Returns:
        Weights for ``open_clip.CLIP``, or for ``CustomTextCLIP`` with a timm tower. An
        unknown name is not changed.
    """
    rules = _names()['siglip' if 'vision_model.head.probe' in state else 'clip']
    renamed, stacks = {}, defaultdict(dict)
    for name, value in state.items():
        if name.endswith(_COUNTERS):
            continue
        for pattern, ours in rules:
            name = re.sub(pattern, ours, name)
        name, _, mark = name.partition('@')
        if mark in ('q', 'k', 'v'):
            stacks[name][mark] = value
        elif mark == 'q,kv':
            query, both = value.split([len(value) // 3, 2 * (len(value) // 3)])
            renamed[name.format('q')], renamed[name.format('kv')] = query, both
        else:
            renamed[name] = _MARKS[mark](value)
    for name, parts in stacks.items():
        renamed[name] = torch.cat([parts[each] for each in 'qkv' if each in parts])
    return renamed


@cache
def _names() -> dict:
    return read_json(Path(__file__).with_name('transformers_names.json'))
