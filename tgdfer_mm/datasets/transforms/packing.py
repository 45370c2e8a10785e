"""The last transform, which packs a clip for the model and the evaluation."""

import torch
from mmaction.datasets.transforms import PackActionInputs

from ...registry import TRANSFORMS

# Keys that are passed on with a clip, in addition to frames and label.
META_KEYS = (
    'clip',
    'frame_dir',
    'filename',
    'frame_inds',
    'num_valid',
    'num_crops',
    'total_frames',
    'img_shape',
    'scene',
    'scenario',
    'person',
    'actor',
    'sentence',
    'intensity',
    'sex',
    'age',
    'age_group',
    'caption',
    'caption_zh',
    'captions',
    'descriptions',
    'seconds',
    'damaged',
)


@TRANSFORMS.register_module()
class PackDFERInputs(PackActionInputs):
    """Packs a clip as ``PackActionInputs`` does, with keys for masks and explanations.

    A clip's ``soft_label`` (K,) is added to its label, which stays the truth of every
    metric. The results of ``AttachSound`` are added, too.

    Args:
        meta_keys: Keys to keep as meta information; those that a clip lacks are left
            out.
        **kwargs: As for ``PackActionInputs``.
    """

    def __init__(self, meta_keys: tuple[str, ...] = META_KEYS, **kwargs) -> None:
        super().__init__(meta_keys=meta_keys, **kwargs)

    def transform(self, results: dict) -> dict:
        packed = super().transform(results)
        if 'soft_label' in results:
            soft = torch.tensor(results['soft_label'], dtype=torch.float32)
            packed['data_samples'].set_field(soft, 'soft_label')
        for name in ('heard', 'heard_mask'):
            if name in results:
                packed['data_samples'].set_field(torch.from_numpy(results[name]), name)
        return packed
