"""Image and video towers."""

from .former_resnet import FormerResNet
from .frame_reweighting import FrameReweighting
from .gated_resnet import GatedResNet, GlobalConvAttention
from .ial_resnet import IALResNet
from .instance_backbone import InstanceBackbone
from .landmark_maps import LandmarkPlane, MobileFaceNetMaps
from .landmark_vit import LandmarkViT
from .openclip_patches import OpenCLIPPatches
from .openclip_visual import OpenCLIPVisual
from .precomputed import PrecomputedFeatures
from .transformers_vision import TransformersVision
from .vit_temporal_adapter import ViTTemporalAdapter

__all__ = [
    'FormerResNet',
    'FrameReweighting',
    'GatedResNet',
    'GlobalConvAttention',
    'IALResNet',
    'InstanceBackbone',
    'LandmarkPlane',
    'LandmarkViT',
    'MobileFaceNetMaps',
    'OpenCLIPPatches',
    'OpenCLIPVisual',
    'PrecomputedFeatures',
    'TransformersVision',
    'ViTTemporalAdapter',
]
