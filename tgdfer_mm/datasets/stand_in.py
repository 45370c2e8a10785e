"""What stands in for a clip that cannot be read."""

from collections.abc import Iterable
from logging import WARNING
from pathlib import Path
from typing import Any

import numpy as np
from mmengine.dataset import BaseDataset
from mmengine.logging import print_log

from .errors import DamagedClipError
from .shared_names import SharedNames


class StandInDataset(BaseDataset):
    """A data set that keeps its length when clips are damaged.

    A clip whose pipeline raises :class:`DamagedClipError` is reported once, however
    many epochs and loader workers meet it. In training another clip, drawn with
    numpy's generator, takes its place. In testing it yields black frames with its own
    label and names, ``num_valid=1`` and the meta key ``damaged`` (the reason), so that
    it counts as wrong and the number of test clips never changes.

    Attributes:
        reported: The damaged clips that need no further report, out of all listed
            ones; made by ``load_data_list``.
    """

    NAME: str
    split_file: Path
    reported: SharedNames

    def __init__(self, *args, **kwargs) -> None:
        self._donor = 0
        super().__init__(*args, **kwargs)

    def __getitem__(self, idx: int) -> Any:
        """The clip after the pipeline, or what stands in for a damaged one.

        Raises:
            RuntimeError: No clip at all can be read.
        """
        try:
            return self.prepare_data(idx)
        except DamagedClipError as err:
            self._report(err)
            if self.test_mode:
                return self._black_sample(idx, err)
        return self._first_readable(np.random.permutation(len(self)))[1]

    def _first_readable(self, order: Iterable[int]) -> tuple[int, Any]:
        for idx in order:
            try:
                return int(idx), self.prepare_data(int(idx))
            except DamagedClipError as err:
                self._report(err)
                last = err
        raise RuntimeError(
            f'None of the {len(self)} clips in {self.split_file} can be read; the last '
            f'one tried: {last}'
        )

    def _black_sample(self, idx: int, err: DamagedClipError) -> dict:
        # Another clip goes through the same pipeline and lends its shapes, so that
        # this works with any pipeline; then nothing of it but the shapes is left.
        size = len(self)
        self._donor, sample = self._first_readable(
            (self._donor + i) % size for i in range(size)
        )
        if not isinstance(sample, dict) or 'data_samples' not in sample:
            raise err  # the pipeline does not pack: nobody here counts clips
        info = self.get_data_info(idx)
        sample['inputs'].zero_()
        packed = sample['data_samples']
        packed.set_gt_label(info['label'])
        if 'soft_label' in packed:
            packed.set_field(
                packed.soft_label.new_tensor(info['soft_label']), 'soft_label'
            )
        # One valid frame, because no valid frame at all would leave a model's
        # pooling without anything to pool.
        stand_in = dict(
            frame_inds=np.zeros_like(packed.get('frame_inds', 0)),
            num_valid=1,
            total_frames=0,
        )
        own = {**info, **stand_in}
        kept = {key: own[key] for key in packed.metainfo_keys() if key in own}
        packed.set_metainfo({**kept, 'clip': info['clip'], 'damaged': err.reason})
        return sample

    def _report(self, err: DamagedClipError) -> None:
        if self.reported.add(err.clip):
            fate = 'counts as wrong' if self.test_mode else 'is replaced by another'
            self.warn(f'Damaged {self.NAME} {err}; it {fate}.')

    @staticmethod
    def warn(message: str) -> None:
        """Writes a warning to the log."""
        print_log(message, logger='current', level=WARNING)
