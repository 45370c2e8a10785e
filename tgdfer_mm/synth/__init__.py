"""Drawn faces: clips in the benchmarks' layouts.

No part of it is a photograph or made from one. All output says that it is synthetic.
"""

from .clips import EMOTIONS, Clip, make_clip
from .face import render_face
from .identity import Identity, sample_identity
from .nuisance import Nuisance, plain_nuisance, sample_nuisance
from .tree import SynthSpec, ensure_tree

__all__ = [
    'EMOTIONS',
    'Clip',
    'Identity',
    'Nuisance',
    'SynthSpec',
    'ensure_tree',
    'make_clip',
    'plain_nuisance',
    'render_face',
    'sample_identity',
    'sample_nuisance',
]
