"""PF-ViT: an expression apart from the person, and the person drawn at rest."""

from .decoder import FaceDecoder
from .separator import FaceSeparator

__all__ = ['FaceDecoder', 'FaceSeparator']
