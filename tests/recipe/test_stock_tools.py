"""mmaction2's own train.py trains what `tgdfer train` does (slow)."""

import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from tgdfer_mm.synth.tree import SynthSpec, ensure_tree

MMACTION = Path(importlib.util.find_spec('mmaction').submodule_search_locations[0])
STOCK = MMACTION / '.mim/tools/train.py'
STEPS = 2
# A small tower in the place of CLIP's, random weights: what is loaded is not the point.
ARCH = dict(
    embed_dim=16,
    quick_gelu=True,
    vision_cfg=dict(image_size=224, patch_size=112, layers=1, width=16, head_width=8),
    text_cfg=dict(context_length=77, vocab_size=49408, width=16, heads=1, layers=1),
)
SMALL = """
_base_ = {base!r}
model = dict(
    backbone=dict(arch={arch!r}, pretrained=None),
    text_encoder=dict(arch={arch!r}, pretrained=None),
    neck=dict(in_channels=16),
    cls_head=dict(in_channels=16),
)
"""


def train(command, folder, env):
    done = subprocess.run(
        [*command, '--work-dir', str(folder)],
        cwd=folder.parent,
        env=os.environ | env | dict(OMP_NUM_THREADS='1', CUDA_VISIBLE_DEVICES=''),
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    (path,) = folder.rglob('epoch_1.pth')
    return path


@pytest.mark.slow
@pytest.mark.parametrize('name', ['demo', 'dfew'])
def test_after_two_steps_every_tensor_is_equal(name, tmp_path):
    tree = tmp_path / 'data/synth_dfew'  # where the demo's config looks
    ensure_tree(tree, SynthSpec(clips_per_class=2))
    options = [
        *('train_cfg.max_epochs=1', 'default_hooks.explain.num=0', 'custom_hooks=[]'),
        *('train_dataloader.batch_size=4', 'train_dataloader.num_workers=0'),
        f'train_dataloader.dataset.indices={4 * STEPS}',
        *('test_dataloader.num_workers=0', 'test_dataloader.batch_size=8'),
    ]
    base = str(Path(__file__).parents[2] / f'configs/tgdfer_{name}.py')
    text, ours, theirs = f'_base_ = {base!r}\n', [], []
    if name == 'demo':
        options += [
            f'{loader}_dataloader.dataset.clips_per_class=2'
            for loader in ('train', 'val', 'test')
        ]
    else:
        arch = tmp_path / 'small.json'
        arch.write_text(json.dumps(ARCH))
        text = SMALL.format(base=base, arch=str(arch))
        ours = ['--fold', '2', '--selection', 'val']
        theirs = ['recipe.fold=2', 'recipe.selection=val']
    config = tmp_path / f'tgdfer_{name}.py'
    config.write_text(text)
    env = dict(DFEW_ROOT=str(tree))
    own = train(
        [
            *(sys.executable, '-m', 'tgdfer_mm', 'train', str(config), *ours),
            *('--cfg-options', *options),
        ],
        tmp_path / 'own',
        env,
    )
    stock = train(
        [sys.executable, str(STOCK), str(config), '--cfg-options', *options, *theirs],
        tmp_path / 'stock',
        env,
    )
    ends = [torch.load(path, weights_only=True) for path in (own, stock)]
    assert own.relative_to(tmp_path / 'own') == stock.relative_to(tmp_path / 'stock')
    assert ends[0]['meta']['iter'] == STEPS
    assert ends[0]['meta']['recipe'] == ends[1]['meta']['recipe']
    for key in ('state_dict', 'optimizer'):
        for a, b in zip(tensors(ends[0][key]), tensors(ends[1][key]), strict=True):
            assert torch.equal(a, b)


def tensors(node):
    if isinstance(node, torch.Tensor):
        yield node
    elif isinstance(node, dict | list | tuple):
        for child in node.values() if isinstance(node, dict) else node:
            yield from tensors(child)
