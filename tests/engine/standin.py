"""A tiny model and data set that use every source of randomness, and ways to die.

A module and not fixtures, since the processes of the tests import it.
"""

import os
import random
import runpy
import signal
import sys
from pathlib import Path

import matplotlib.pyplot  # noqa: F401  every run draws, and would import it again
import numpy as np
import torch
from mmaction.structures import ActionDataSample
from mmengine.config import config as mmengine_config
from mmengine.dataset import BaseDataset
from mmengine.evaluator import BaseMetric
from mmengine.hooks import Hook
from mmengine.model import BaseModel
from torch import nn

from tgdfer_mm.engine import exact_checkpoint_hook
from tgdfer_mm.labels.classes import load_classes
from tgdfer_mm.registry import DATASETS, HOOKS, METRICS, MODELS

ROOT = Path(__file__).resolve().parents[2]
CLASSES = ('happy', 'sad', 'neutral')
DFEW = load_classes('dfew')


@DATASETS.register_module()
class StandInDataset(BaseDataset):
    """Vectors with a pattern per class and noise of all three generators."""

    METAINFO = dict(
        dataset='StandIn', classes=CLASSES, setting='single', pixel_version='v1'
    )

    def __init__(
        self,
        fold=None,
        size=12,
        augment=False,
        subset=None,
        val_part=0.0,
        pipeline=(),
        **metainfo,
    ):
        self.size, self.augment, self.subset = size, augment, subset
        self.val_part, self.fold = val_part, fold
        super().__init__(metainfo=dict(fold=fold), serialize_data=False)
        self._metainfo.update(metainfo)

    def load_data_list(self):
        listed = 'test' if self.subset == 'test' else 'train'
        clips = [
            dict(label=i % len(CLASSES), clip=f'{listed}/{self.fold}/{i}')
            for i in range(self.size)
        ]
        train = round(self.size * (1 - self.val_part))
        return clips[train:] if self.subset == 'val' else clips[:train]

    def __getitem__(self, index):
        info = self.get_data_info(index)
        label = info['label']
        x = torch.arange(4.0).roll(label) + 0.1 * index
        if self.augment:
            x = x + random.random() + np.random.rand() + torch.rand(4)
        return dict(inputs=x, labels=label, clips=info['clip'])


@DATASETS.register_module()
class StandInClips(BaseDataset):
    """Noise as clips of 8 frames of 32 x 32 pixels, with DFEW's classes."""

    METAINFO = dict(dataset='StandInClips', classes=DFEW, setting='single')

    def __init__(self, size=8, subset='train', **kwargs):
        self.size, self.subset = size, subset
        super().__init__(serialize_data=False)

    def load_data_list(self):
        names = [f'{self.subset}/{i}' for i in range(self.size)]
        return [dict(label=i % len(DFEW), clip=name) for i, name in enumerate(names)]

    def __getitem__(self, index):
        info = self.get_data_info(index)
        drawn = torch.Generator().manual_seed(index)
        frames = torch.randint(0, 256, (8, 3, 32, 32), generator=drawn)
        sample = ActionDataSample(metainfo=dict(clip=info['clip'], num_valid=8))
        return dict(
            inputs=frames.to(torch.uint8),
            data_samples=sample.set_gt_label(info['label']),
        )


@MODELS.register_module()
class StandInModel(BaseModel):
    """Norm, dropout and a linear layer."""

    def __init__(self, num_classes=3, **kwargs):
        super().__init__(**kwargs)
        self.norm = nn.BatchNorm1d(4)
        self.fc = nn.Linear(4, num_classes)

    def init_weights(self):
        if os.environ.get('STANDIN_FORBID_INIT'):
            raise RuntimeError('weights are initialised')
        nn.init.normal_(self.fc.weight)

    def forward(self, inputs, labels, clips=(), mode='tensor'):
        x, labels = torch.stack(inputs), torch.tensor(labels)
        logits = self.fc(nn.functional.dropout(self.norm(x), 0.3, self.training))
        if mode == 'loss':
            return dict(loss=nn.functional.cross_entropy(logits, labels))
        return [
            dict(score=s, label=y, pred_score=s.softmax(0), gt_label=y, clip=clip)
            for s, y, clip in zip(logits, labels, clips, strict=True)
        ]


@METRICS.register_module()
class StandInMetric(BaseMetric):
    """Accuracy and a figure that any change of the weights changes."""

    default_prefix = 'standin'

    def process(self, data_batch, data_samples):
        self.results += [(s['score'].tolist(), int(s['label'])) for s in data_samples]

    def compute_metrics(self, results):
        scores, labels = map(np.array, zip(*results, strict=True))
        return dict(
            accuracy=100 * np.mean(scores.argmax(1) == labels), sum=scores.sum()
        )


@HOOKS.register_module()
class DieHook(Hook):
    """Ends the process as `kill -9` does, where the environment says.

    STANDIN_DIE_AT is an iteration, STANDIN_DIE_WRITING the name of a checkpoint half
    of which is written before.
    """

    def after_train_iter(self, runner, batch_idx, data_batch=None, outputs=None):
        if str(runner.iter) == os.environ.get('STANDIN_DIE_AT'):
            _die()

    def before_train(self, runner):
        if 'STANDIN_DIE_WRITING' in os.environ:
            Path.write_bytes = _write_half


def _die():
    os.kill(os.getpid(), signal.SIGKILL)


def _write_half(path, content):
    dies = os.environ['STANDIN_DIE_WRITING'] in path.name
    with open(path, 'wb') as file:
        file.write(content[: len(content) // 2] if dies else content)
    if dies:
        _die()


def _see_nothing(folder, filename_tmpl):
    return None, {}


def run_tool(name, *args, env=None):
    """Runs a tool as the command line does; for a process of its own."""
    torch.set_num_threads(1)
    # Laying out the config takes longer than an epoch.
    mmengine_config.FormatCode = lambda text, **kwargs: (text, True)
    os.environ.update(env or {})
    if os.environ.get('STANDIN_BLIND_RANK') == os.environ.get('RANK', '0'):
        exact_checkpoint_hook.find_resumable = _see_nothing
    sys.argv = [name, *map(str, args)]
    runpy.run_path(str(ROOT / 'tools' / name), run_name='__main__')
