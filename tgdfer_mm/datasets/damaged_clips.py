"""Replacement of the clips of a data set that cannot be read."""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import torch
from mmengine.dataset import BaseDataset

from ..clips.errors import DamagedClipError


class DamagedClips:
    """Reports damaged clips, each once, and replaces them.

    A clip is reported once, also if several epochs and loader workers read it. In
    training, another clip, drawn with numpy's generator, replaces it. In testing, it
    becomes black frames with its own label and names, ``num_valid=1`` and the meta key
    ``damaged`` (the reason), so that it counts as wrong and the number of test clips
    never changes.

    Args:
        clips: Names of all listed clips.
    """

    def __init__(self, clips: Sequence[str]) -> None:
        self._reported = SharedNames(clips)
        self._donor = 0  # the last clip whose shapes were used

    def report(self, dataset: BaseDataset, err: DamagedClipError) -> None:
        """Warns about a damaged clip, once."""
        if self._reported.add(err.clip):
            fate = 'counts as wrong' if dataset.test_mode else 'is replaced by another'
            dataset.warn(f'Damaged {dataset.NAME} {err}; it {fate}.')

    def report_absent(self, dataset: BaseDataset, absent: Sequence[str]) -> None:
        """Warns once about all listed clips that are not on the disk."""
        fate = 'count as wrong' if dataset.test_mode else 'are replaced by others'
        some = ', '.join(sorted(absent)[:5]) + (', ...' if len(absent) > 5 else '')
        dataset.warn(
            f'{len(absent)} of the {len(self._reported)} clips in '
            f'{dataset.split_file} are not in {dataset.media_dir} and {fate}: {some}.'
        )
        for clip in absent:
            self._reported.add(clip)

    def stand_in(self, dataset: BaseDataset, idx: int, err: DamagedClipError) -> Any:
        """The replacement of a damaged clip.

        Args:
            dataset: The data set.
            idx: Index of the clip in the data set.
            err: The error of the clip.

        Raises:
            RuntimeError: If no clip at all can be read.
        """
        self.report(dataset, err)
        if dataset.test_mode:
            return self._black_sample(dataset, idx, err)
        order = np.random.permutation(len(dataset))
        return self._first_readable(dataset, order)[1]

    def _first_readable(
        self, dataset: BaseDataset, order: Iterable[int]
    ) -> tuple[int, Any]:
        for idx in order:
            try:
                return int(idx), dataset.prepare_data(int(idx))
            except DamagedClipError as err:
                self.report(dataset, err)
                last = err
        raise RuntimeError(
            f'None of the {len(dataset)} clips in {dataset.split_file} can be read; '
            f'the last one tried: {last}'
        )

    def _black_sample(
        self, dataset: BaseDataset, idx: int, err: DamagedClipError
    ) -> dict:
        # Another clip goes through the same pipeline, so that this works with any
        # pipeline; only its shapes are used.
        size = len(dataset)
        self._donor, sample = self._first_readable(
            dataset, ((self._donor + i) % size for i in range(size))
        )
        if not isinstance(sample, dict) or 'data_samples' not in sample:
            raise err  # the pipeline does not pack, so no metric counts its clips
        info = dataset.get_data_info(idx)
        sample['inputs'].zero_()
        packed = sample['data_samples']
        packed.set_gt_label(info['label'])
        if 'soft_label' in packed:
            packed.set_field(
                packed.soft_label.new_tensor(info['soft_label']), 'soft_label'
            )
        if 'heard_mask' in packed:
            packed.heard.zero_(), packed.heard_mask.zero_()
        # One valid frame, because a model's pooling needs at least one.
        stand_in = dict(
            frame_inds=np.zeros_like(packed.get('frame_inds', 0)),
            num_valid=1,
            total_frames=0,
        )
        own = {**info, **stand_in}
        kept = {key: own[key] for key in packed.metainfo_keys() if key in own}
        packed.set_metainfo({**kept, 'clip': info['clip'], 'damaged': err.reason})
        return sample


class SharedNames:
    """A growing set of names that a process and its workers share.

    Workers are started again in every epoch without their earlier state; later workers
    find the names that earlier ones added here.

    Args:
        names: All names that can ever be added, each once.
    """

    def __init__(self, names: Sequence[str]) -> None:
        self._places = {name: i for i, name in enumerate(names)}
        self._added = torch.zeros(len(names), dtype=torch.uint8).share_memory_()

    def __len__(self) -> int:
        """Number of possible names, added or not."""
        return len(self._places)

    def add(self, name: str) -> bool:
        """Adds a name; returns whether it is new.

        There is no lock: if two workers add the same name at the same time, both may
        get the answer that it is new.

        Raises:
            KeyError: If the name is not one of the possible names.
        """
        place = self._places[name]
        new = not self._added[place]
        self._added[place] = 1
        return new
