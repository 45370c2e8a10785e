"""Image and video towers."""

from .instance_backbone import InstanceBackbone
from .openclip_visual import OpenCLIPVisual

__all__ = ['InstanceBackbone', 'OpenCLIPVisual']
