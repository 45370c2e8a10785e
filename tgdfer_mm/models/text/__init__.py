"""Text towers, the texts of the classes, and what stands in without them."""

from .class_vectors import LearnedClassVectors
from .descriptions import load_descriptions
from .openclip_text import OpenCLIPText

__all__ = ['LearnedClassVectors', 'OpenCLIPText', 'load_descriptions']
