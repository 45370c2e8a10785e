"""Drawn faces: clips in the benchmarks' layouts and a small model that reads them.

Nothing here is, or is made from, a photograph; wherever it prints, it says synthetic.
"""

from .clips import EMOTIONS, Clip, make_clip
from .face import render_face
from .identity import Identity, sample_identity
from .nuisance import Nuisance, plain_nuisance, sample_nuisance
from .tree import SynthSpec, ensure_tree
from .vlm_file import check_tokens, load_vlm_state, save_vlm

__all__ = [
    'EMOTIONS',
    'Clip',
    'Identity',
    'Nuisance',
    'SynthSpec',
    'check_tokens',
    'ensure_tree',
    'load_vlm_state',
    'make_clip',
    'plain_nuisance',
    'render_face',
    'sample_identity',
    'sample_nuisance',
    'save_vlm',
]
