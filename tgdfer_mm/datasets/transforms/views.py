"""Transforms for several views of a clip: windows in time, crops in space."""

import numpy as np
from mmaction.datasets.transforms import SampleFrames
from mmcv.transforms import BaseTransform

from ...registry import TRANSFORMS


@TRANSFORMS.register_module()
class SampleWindows(SampleFrames):
    """Samples windows of T consecutive frames from the whole clip [from S2D].

    It is mmaction2's ``SampleFrames`` in testing, with the first window at the start of
    the clip and the last one at its end. A clip with n <= T frames fills only the first
    window; its last frame is repeated, and ``num_valid`` is n, so that the model masks
    the repeated frames [choice].

    Required key: ``total_frames``. Added keys: ``frame_inds`` (W * T,) int64, counted
    from 0 in the clip, window by window, ``num_valid``, ``clip_len`` and ``num_clips``.

    Args:
        num_frames: T.
        num_windows: W.
    """

    def __init__(self, num_frames: int = 16, num_windows: int = 2) -> None:
        if min(num_frames, num_windows) < 1:
            raise ValueError(
                f'num_frames={num_frames} and num_windows={num_windows} must be at '
                'least 1'
            )
        super().__init__(
            clip_len=num_frames,
            num_clips=num_windows,
            out_of_bound_opt='repeat_last',
            test_mode=True,
        )

    def transform(self, results: dict) -> dict:
        """Samples the frames."""
        found = super().transform({**results, 'start_index': 0})
        total = results['total_frames']
        alone = total <= self.clip_len
        results.update(
            frame_inds=found['frame_inds'].astype(np.int64),
            num_valid=total if alone else self.num_clips * self.clip_len,
            clip_len=self.clip_len,
            num_clips=self.num_clips,
        )
        return results


@TRANSFORMS.register_module()
class CropCorners(BaseTransform):
    """Takes two crops of every frame, at its first and its last corner [from S2D].

    If the shorter side of a frame is as long as the crop, these are the two ends of the
    longer side, as in the tests of S2D and VideoMAE; on square frames of that size both
    crops are the same. On larger frames the crops differ, also on square ones [choice].
    mmaction2's ``ThreeCrop`` takes three crops, and needs one side as long as the crop.
    All planes of a frame are cropped alike, also that of landmarks.

    Required key: ``imgs``. Changed keys: ``imgs``, first all frames of the first crop,
    then those of the second, and ``img_shape``. Added key: ``num_crops``.

    Args:
        size: Height and width of a crop.

    Raises:
        ValueError: If a frame is smaller than a crop.
    """

    def __init__(self, size: int) -> None:
        self.size = size

    def transform(self, results: dict) -> dict:
        """Crops the frames."""
        imgs, size = results['imgs'], self.size
        height, width = imgs[0].shape[:2]
        if min(height, width) < size:
            raise ValueError(
                f'clip {results.get("clip")!r}: frames of {width} x {height} are '
                f'smaller than crops of {size}: put a Resize before CropCorners'
            )
        corners = [(0, 0), (height - size, width - size)]
        results['imgs'] = [
            img[top : top + size, left : left + size]
            for top, left in corners
            for img in imgs
        ]
        results['img_shape'] = (size, size)
        results['num_crops'] = len(corners)
        return results

    def __repr__(self) -> str:
        return f'{type(self).__name__}(size={self.size})'
