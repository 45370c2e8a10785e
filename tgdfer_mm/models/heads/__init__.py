"""Heads, which classify bags of instances."""

from .bag_head import BagHead, HeadOutput
from .caption_head import CaptionHead
from .class_token_head import ClassTokenHead
from .frame_expert_head import FrameExpertHead
from .ial_head import IALHead
from .linear_bag_head import LinearBagHead
from .m3dfel_head import M3DFELHead
from .multi_grained_temporal_head import MultiGrainedTemporalHead
from .patch_transport_head import PatchTransportHead
from .token_classifier_head import TokenClassifierHead
from .transport_head import TransportHead
from .vadclip_head import VadCLIPHead

__all__ = [
    'BagHead',
    'CaptionHead',
    'ClassTokenHead',
    'FrameExpertHead',
    'IALHead',
    'LinearBagHead',
    'M3DFELHead',
    'MultiGrainedTemporalHead',
    'PatchTransportHead',
    'TokenClassifierHead',
    'TransportHead',
    'HeadOutput',
    'VadCLIPHead',
]
