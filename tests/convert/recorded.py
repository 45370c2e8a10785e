"""Checkpoints in other projects' formats, made of names, shapes and a seed.

The outputs next to them in ``recorded/*.json`` were computed by the projects' own code
on these weights and inputs; see docs/convert.md for how.
"""

import json
import zlib
from functools import cache
from pathlib import Path

import numpy as np
import torch
from mmengine.config import Config
from torch import Tensor

from tgdfer_mm.models.text.tokens import TOKENIZER
from tgdfer_mm.paths import config_dir

FOLDER = Path(__file__).parent / 'recorded'


@cache
def leaf(name):
    """A shipped config; to be copied before it is changed."""
    return Config.fromfile(Path(config_dir(), 'baselines', f'{name}.py'))


TINY_CLIP = dict(
    embed_dim=512,
    quick_gelu=True,
    vision_cfg=dict(image_size=32, patch_size=16, layers=1, width=64, head_width=64),
    text_cfg=dict(context_length=77, vocab_size=49408, width=64, heads=1, layers=1),
)


def load(name: str) -> dict:
    return json.loads((FOLDER / f'{name}.json').read_text())


def draw(name: str, shape: list[int]) -> Tensor:
    """Values that depend on the name and the shape alone."""
    stream = np.random.RandomState(zlib.crc32(name.encode()))
    values = stream.standard_normal(shape).astype(np.float32)
    if name.endswith('num_batches_tracked'):
        return torch.tensor(1)
    if name.endswith('running_var'):
        values = 0.5 + np.abs(values)
    elif len(shape) <= 1 or 'norm.weight' in name:
        values = 0.3 * values + ('weight' in name)
    elif 'embedding' in name or 'ctx' in name or 'cls_token' in name:
        values = 0.2 * values
    else:
        values = 1.5 * values / np.prod(shape[1:]) ** 0.5
    return torch.tensor(values).reshape(shape)


def video(seed: int, frames: int, size: int, number: int = 2) -> Tensor:
    """Clips (number, frames, 3, size, size) of coarse patches, in bytes."""
    stream = np.random.RandomState(seed)
    patches = stream.randint(0, 256, (number, frames, 3, 4, 4), dtype=np.uint8)
    side = size // 4
    return torch.from_numpy(patches.repeat(side, -1).repeat(side, -2))


def prompt_rows(texts: list[str], contexts: int, embedding: Tensor) -> Tensor:
    """What a prompt learner keeps of the texts: all that follows the contexts."""
    rows = torch.zeros(len(texts), 77 - 1 - contexts, dtype=torch.long)
    for row, text in zip(rows, texts, strict=True):
        ids = [*TOKENIZER.encode(text), TOKENIZER.eot_token_id]
        row[: len(ids)] = torch.tensor(ids)
    return embedding[rows]
