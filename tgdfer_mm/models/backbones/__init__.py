"""Image and video towers."""

from .instance_backbone import InstanceBackbone
from .openclip_visual import OpenCLIPVisual
from .precomputed import PrecomputedFeatures

__all__ = ['InstanceBackbone', 'OpenCLIPVisual', 'PrecomputedFeatures']
