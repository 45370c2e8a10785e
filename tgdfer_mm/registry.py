"""The registries this package registers into: mmaction2's own.

Everything of ours is found by its bare name under ``default_scope='mmaction'``.
This is the only place that says so; every other module imports from here.
"""

from mmaction.registry import (
    DATA_SAMPLERS,
    DATASETS,
    EVALUATOR,
    HOOKS,
    METRICS,
    MODELS,
    OPTIM_WRAPPER_CONSTRUCTORS,
    TRANSFORMS,
    VISUALIZERS,
)

# mmengine's runner looks functions up (`worker_init_fn`) in its own table by bare name.
from mmengine.registry import FUNCTIONS, Registry

# The temporal networks are chosen by the short names of the method (`lgt`,
# `mtn`, ...). They live in a table of their own so that such short names do not
# crowd mmaction2's.
TEMPORAL = Registry(
    'temporal network', scope='mmaction', locations=['tgdfer_mm.models.temporal']
)
# So are the face detectors (`dlib`, `yunet`, ...).
FACE_DETECTORS = Registry(
    'face detector', scope='mmaction', locations=['tgdfer_mm.video.faces']
)

__all__ = [
    'DATASETS',
    'DATA_SAMPLERS',
    'EVALUATOR',
    'FACE_DETECTORS',
    'FUNCTIONS',
    'HOOKS',
    'METRICS',
    'MODELS',
    'OPTIM_WRAPPER_CONSTRUCTORS',
    'TEMPORAL',
    'TRANSFORMS',
    'VISUALIZERS',
]
