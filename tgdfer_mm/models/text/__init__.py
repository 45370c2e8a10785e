"""Text towers, the texts of the classes, and learned vectors in their place."""

from .class_vectors import LearnedClassVectors
from .descriptions import load_descriptions
from .openclip_captions import OpenCLIPCaptions
from .openclip_descriptions import OpenCLIPDescriptions
from .openclip_text import OpenCLIPText
from .openclip_words import OpenCLIPWords

__all__ = [
    'LearnedClassVectors',
    'OpenCLIPCaptions',
    'OpenCLIPDescriptions',
    'OpenCLIPText',
    'OpenCLIPWords',
    'load_descriptions',
]
