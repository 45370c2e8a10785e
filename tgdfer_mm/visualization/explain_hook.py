"""A hook that draws chosen clips, with the relevance of each of their frames."""

from __future__ import annotations

import logging
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from mmengine.dist import master_only
from mmengine.hooks import Hook
from mmengine.logging import print_log
from mmengine.runner import BaseLoop, Runner
from torch.utils.data import Dataset

from ..evaluation.clip_metric import clip_name, clip_scores
from ..files import replacing
from ..registry import HOOKS
from .clip_figure import draw_clip
from .hook_parts import describe_data, evaluation_loop, is_last_validation

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def pick_clips(dataset: Dataset, num: int) -> list[str]:
    """Picks clips that cover the classes.

    Args:
        dataset: A data set with `get_data_info`.
        num: Number of clips.

    Returns:
        Names: the first clip of every class (or set of classes), then the second, and
        so on.
    """
    by_class = defaultdict(list)
    for i in range(len(dataset)):
        info = dataset.get_data_info(i)
        label = tuple(np.atleast_1d(info['label']).tolist())  # several, in some data
        if len(by_class[label]) < num:
            by_class[label].append(clip_name(info))
    ranked = sorted(
        (rank, label, name)
        for label, names in by_class.items()
        for rank, name in enumerate(names)
    )
    return [name for _, _, name in ranked[:num]]


@HOOKS.register_module()
class ExplainHook(Hook):
    """Draws chosen clips, with the model's relevance and scores of each frame.

    It works in the test loop and in the last validation. Each process draws the chosen
    clips that it evaluated, so that a distributed run loses none. Clips that could not
    be read are not drawn; the log names them.

    Args:
        clips: Names of the clips to draw; by default `num` clips that cover the
            classes, the first ones of the data set.
        num: Number of clips if `clips` is not given; 0 draws none.
        out_dir: Folder of the pictures, `<work_dir>/explain` by default.
        when: `test`, `val` (the last validation) or `both`.
        note: Printed under each picture; by default the name of the data set.

    Raises:
        ValueError: If `when` is unknown.
    """

    def __init__(
        self,
        clips: Sequence[str] | None = None,
        num: int = 8,
        out_dir: str | None = None,
        when: str = 'both',
        note: str | None = None,
    ) -> None:
        if when not in ('test', 'val', 'both'):
            raise ValueError(f"when={when!r} must be 'test', 'val' or 'both'")
        self.clips = clips
        self.num = num
        self.out_dir = out_dir
        self.when = when
        self.note = note
        self._chosen: set[str] = set()

    def _before_epoch(self, runner: Runner, mode: str = 'train') -> None:
        """Chooses the clips, before testing and the last validation.

        Raises:
            ValueError: If the data set lacks one of the named clips.
        """
        if mode != 'train' and self.when in (mode, 'both') and self._due(runner, mode):
            self._choose(evaluation_loop(runner, mode))

    def _due(self, runner: Runner, mode: str) -> bool:
        """Whether clips of this evaluation are drawn."""
        return mode == 'test' or is_last_validation(runner)

    def _choose(self, loop: BaseLoop) -> None:
        if not (loop.evaluator.dataset_meta or {}).get('classes'):
            raise ValueError(
                'ExplainHook needs the list of classes in the metainfo of the data '
                'set: give metainfo=dict(classes=[...])'
            )
        dataset = loop.dataloader.dataset
        if self.clips is None:
            self._chosen = set(pick_clips(dataset, self.num))
            return
        known = {clip_name(dataset.get_data_info(i)) for i in range(len(dataset))}
        unknown = sorted(set(self.clips) - known)
        if unknown:
            raise ValueError(
                f'ExplainHook: clips={unknown} are not among the {len(known)} clips '
                f'of the evaluated data set, which are named like {min(known)!r}'
            )
        self._chosen = set(self.clips)

    def _after_iter(
        self, runner, batch_idx, data_batch=None, outputs=None, mode='train'
    ) -> None:
        """Draws the chosen clips of a batch."""
        if self._chosen and mode != 'train':
            self._draw(runner, data_batch, outputs, evaluation_loop(runner, mode))

    def _folder(self, runner: Runner) -> Path:
        return Path(self.out_dir or Path(runner.work_dir) / 'explain')

    def _draw(self, runner, data_batch, outputs, loop: BaseLoop) -> None:
        for frames, output in zip(data_batch['inputs'], outputs, strict=True):
            sample = output.to_dict()
            name = clip_name(sample)
            if name not in self._chosen:
                continue
            if sample.get('damaged'):
                print_log(
                    f'no picture of clip {name}, which could not be read: '
                    f'{sample["damaged"]}',
                    logger='current',
                    level=logging.WARNING,
                )
                continue
            meta = loop.evaluator.dataset_meta
            note = describe_data(meta) if self.note is None else self.note
            figure = draw_sample(frames, sample, meta['classes'], note)
            self._keep(runner, name, figure)

    def _keep(self, runner: Runner, name: str, figure: Figure) -> None:
        """Writes the picture of a clip."""
        with replacing(self._folder(runner) / picture_name(name)) as path:
            figure.savefig(path, format='png')

    @master_only
    def _after_epoch(self, runner: Runner, mode: str = 'train') -> None:
        """Logs the folder of the pictures."""
        if self._chosen:
            print_log(
                f'{len(self._chosen)} clips explained in {self._folder(runner)}',
                logger='current',
            )
        self._chosen = set()


def picture_name(clip: str) -> str:
    """The file name of a clip's picture, without the folders in `Crime/Angry/0063`."""
    return re.sub(r'[^\w.-]+', '_', clip) + '.png'


def draw_sample(
    frames: torch.Tensor, sample: Mapping[str, Any], classes: Sequence[str], note: str
):
    """Draws one clip from its loaded frames and the model's prediction.

    Args:
        frames: uint8 RGB, before the data preprocessor: (T, 3, H, W), or as clips
            (clips, 3, frames, H, W), the input of mmaction2's recognizers.
        sample: The predicted data sample as a dict.
        classes: The K class names.
        note: Printed below.

    Returns:
        The figure.

    Raises:
        ValueError: If frames or sample are not of this kind. The error names the clip.
    """
    name = clip_name(sample)
    if frames.ndim == 5:
        frames = frames.transpose(1, 2).flatten(0, 1)
    if frames.dtype != torch.uint8 or frames.ndim != 4 or frames.shape[1] != 3:
        raise ValueError(
            f'clip {name}: ExplainHook draws uint8 frames (T, 3, H, W), got '
            f'{frames.dtype} {tuple(frames.shape)}; end the pipeline with '
            "`FormatShape(input_format='NCHW')` (or 'NCTHW') and normalise in the data "
            'preprocessor'
        )
    if 'frame_inds' not in sample:
        raise ValueError(
            f'clip {name}: no `frame_inds`; add it to the `meta_keys` of the packing '
            'transform'
        )

    def array(key: str) -> np.ndarray | None:
        return sample[key].detach().float().cpu().numpy() if key in sample else None

    scores = clip_scores(sample, len(classes)).numpy()
    label = sample.get('gt_label')
    return draw_clip(
        frames.permute(0, 2, 3, 1).cpu().numpy(),
        np.asarray(sample['frame_inds']),
        array('relevance'),
        array('instance_scores'),
        scores,
        classes,
        # With several labels there is no single true class to colour.
        int(label) if label is not None and label.numel() == 1 else None,
        int(scores.argmax()),
        num_valid=sample.get('num_valid'),
        frames_per_instance=int(sample.get('frames_per_instance', 1)),
        title=name,
        note=note,
    )
