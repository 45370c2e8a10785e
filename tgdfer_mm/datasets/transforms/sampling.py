"""Which frames of a clip are looked at."""

import numpy as np
from mmcv.transforms import BaseTransform

from ...registry import TRANSFORMS


@TRANSFORMS.register_module()
class SampleSegments(BaseTransform):
    """Takes one frame from each of T equal segments of the clip.

    A random frame of each segment in training, its middle frame in testing [from
    DFER-CLIP]. A clip with n < T frames gives frames 0..n-1 and then repeats its
    last one; ``num_valid`` says how many positions are real, so that the model can
    mask the rest [choice].

    Required key: ``total_frames``. Added keys: ``frame_inds`` (T,) int64, counted
    from 0 in the clip, ``num_valid``, ``clip_len`` and ``num_clips``.

    Args:
        num_frames: T.
        test_mode: Take the middle frames.
    """

    def __init__(self, num_frames: int = 16, test_mode: bool = False) -> None:
        if num_frames < 1:
            raise ValueError(f'num_frames must be at least 1, not {num_frames}.')
        self.num_frames = num_frames
        self.test_mode = test_mode

    def transform(self, results: dict) -> dict:
        total, size = results['total_frames'], self.num_frames
        if total < size:
            inds = np.minimum(np.arange(size), total - 1)
        else:
            edges = np.arange(size + 1) * total // size
            if self.test_mode:
                inds = (edges[:-1] + edges[1:]) // 2
            else:
                inds = np.random.randint(edges[:-1], edges[1:])
        results.update(
            frame_inds=inds.astype(np.int64),
            num_valid=min(total, size),
            clip_len=size,
            num_clips=1,
        )
        return results

    def __repr__(self) -> str:
        return (
            f'{type(self).__name__}(num_frames={self.num_frames}, '
            f'test_mode={self.test_mode})'
        )
