"""Temporal networks: (N, M, D) and a mask in, (N, M, D) out.

A new one is a class that derives from :class:`TemporalNetwork` and registers itself
in ``tgdfer_mm.registry.TEMPORAL``; a head's config then names it.
"""

from .dcin import DilatedContextTemporal
from .identity import IdentityTemporal
from .lgt import LocalGlobalTemporal
from .mtn import MultiScaleTemporal
from .multi_grained import MultiGrainedTemporal
from .tca import SharedMapTemporal
from .temporal_network import TemporalNetwork, build_temporal
from .tma import TemporalAdapter
from .transformer import TransformerTemporal

__all__ = [
    'DilatedContextTemporal',
    'IdentityTemporal',
    'LocalGlobalTemporal',
    'MultiGrainedTemporal',
    'MultiScaleTemporal',
    'SharedMapTemporal',
    'TemporalAdapter',
    'TemporalNetwork',
    'TransformerTemporal',
    'build_temporal',
]
