"""Image towers."""

from .openclip_visual import OpenCLIPVisual

__all__ = ['OpenCLIPVisual']
