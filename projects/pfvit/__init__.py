"""PF-ViT: separates the expression from the person, and draws the person at rest."""

from .decoder import FaceDecoder
from .separator import FaceSeparator

__all__ = ['FaceDecoder', 'FaceSeparator']
