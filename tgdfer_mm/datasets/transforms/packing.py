"""The last transform: what the model and the evaluation get of a clip."""

import torch
from mmaction.datasets.transforms import PackActionInputs

from ...registry import TRANSFORMS

# What travels with a clip besides its frames and label.
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
    """mmaction2's ``PackActionInputs``, keeping what masks and explanations need.

    A clip's ``soft_label`` (K,) goes along with its label, which stays the truth of
    every metric. What ``AttachSound`` has heard goes along, too.

    Args:
        meta_keys: Names of the results to keep as meta information; those that a clip
            lacks are left out.
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
