"""Temporal networks: (N, M, D) and a mask in, (N, M, D) out.

A new temporal network is a class that derives from :class:`TemporalNetwork` and is
registered in ``tgdfer_mm.registry.TEMPORAL``; the config of a head can then name it.
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
