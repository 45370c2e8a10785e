"""The registries of this package, which are mmaction2's own.

All parts of this package are found by their plain names under
``default_scope='mmaction'``. Only this module defines that; every other module imports
from here.
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
    VISBACKENDS,
    VISUALIZERS,
)

# mmengine's runner looks functions up (`worker_init_fn`) in its own table by bare name.
from mmengine.registry import FUNCTIONS, Registry

# The temporal networks are chosen by the short names of the method (`lgt`,
# `mtn`, ...). They have their own table so that such short names do not crowd
# mmaction2's.
TEMPORAL = Registry(
    'temporal network', scope='mmaction', locations=['tgdfer_mm.models.temporal']
)
# The same holds for the ways to pool a bag (`topk`, `query`, ...).
MIL_POOLINGS = Registry(
    'MIL pooling', scope='mmaction', locations=['tgdfer_mm.models.pooling']
)
VIDEO_POOLINGS = Registry(
    'video_pooling', scope='mmaction', locations=['tgdfer_mm.models.pooling']
)
# The same holds for the face detectors (`dlib`, `yunet`, ...).
FACE_DETECTORS = Registry(
    'face detector', scope='mmaction', locations=['tgdfer_mm.video.faces']
)
# The same holds for the judges that read an emotion from a sentence (`rule`, ...).
RATIONALE_JUDGES = Registry(
    'rationale judge', scope='mmaction', locations=['tgdfer_mm.evaluation.judges']
)

__all__ = [
    'DATASETS',
    'DATA_SAMPLERS',
    'EVALUATOR',
    'FACE_DETECTORS',
    'FUNCTIONS',
    'HOOKS',
    'METRICS',
    'MIL_POOLINGS',
    'MODELS',
    'OPTIM_WRAPPER_CONSTRUCTORS',
    'RATIONALE_JUDGES',
    'TEMPORAL',
    'TRANSFORMS',
    'VIDEO_POOLINGS',
    'VISBACKENDS',
    'VISUALIZERS',
    'known_part',
]


def known_part(registry: Registry, name: str):
    """The part that is registered under a name.

    Raises:
        ValueError: There is none; the message lists the names.
    """
    known = registry.module_dict
    if name not in known:
        raise ValueError(f'unknown {registry.name} {name!r}; known: {", ".join(known)}')
    return known[name]
