"""Text towers and the texts of the classes."""

from .descriptions import load_descriptions
from .openclip_text import OpenCLIPText

__all__ = ['OpenCLIPText', 'load_descriptions']
