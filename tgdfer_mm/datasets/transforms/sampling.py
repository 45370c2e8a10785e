"""Sampling of the frames of a clip."""

from mmcv.transforms import BaseTransform

from ...clips.sampling import find_policy, sample_segments
from ...registry import TRANSFORMS


@TRANSFORMS.register_module()
class SampleSegments(BaseTransform):
    """Samples one frame from each of T equal segments of the clip [from DFER-CLIP].

    It is a random frame of each segment in training, and the middle frame in testing.
    `short_clip` is the policy for a clip with n < T frames; ``num_valid`` is the number
    of valid positions, so that the model can mask the rest [choice].

    Required key: ``total_frames``. Added keys: ``frame_inds`` (T,) int64, counted
    from 0 in the clip, ``num_valid``, ``clip_len`` and ``num_clips``.

    Args:
        num_frames: T.
        test_mode: Whether to take the middle frames.
        short_clip: Policy for n < T, a name in
            :data:`~tgdfer_mm.clips.sampling.SHORT_CLIP`: ``'pad'``, ``'repeat_last'``,
            ``'loop'``, ``'stretch'``, or ``'exclude'``, for which the data set leaves
            such clips out when it reads its list.

    Attributes:
        min_frames: The data set excludes clips with fewer frames.
    """

    def __init__(
        self, num_frames: int = 16, test_mode: bool = False, short_clip: str = 'pad'
    ) -> None:
        if num_frames < 1:
            raise ValueError(f'num_frames must be at least 1, not {num_frames}.')
        find_policy(short_clip)
        self.num_frames = num_frames
        self.test_mode = test_mode
        self.short_clip = short_clip
        self.min_frames = num_frames if short_clip == 'exclude' else 1

    def transform(self, results: dict) -> dict:
        inds, num_valid = sample_segments(
            results['total_frames'], self.num_frames, self.test_mode, self.short_clip
        )
        results.update(
            frame_inds=inds, num_valid=num_valid, clip_len=self.num_frames, num_clips=1
        )
        return results

    def __repr__(self) -> str:
        return (
            f'{type(self).__name__}(num_frames={self.num_frames}, '
            f'test_mode={self.test_mode}, short_clip={self.short_clip!r})'
        )
