"""Models, in the order the data flows: towers, text, neck, time, head, loss.

Every part that a config names is here, e.g. ``from tgdfer_mm.models import
TextGuidedRecognizer``. Each has its room: ``backbones``, ``text``, ``necks``,
``temporal``, ``pooling``, ``heads``, ``losses``, ``recognizers`` and
``data_preprocessors``. What they share is in ``layers`` and ``functional``; ``bag`` is
what is passed between them, and ``vision_language`` builds and loads the models of
texts and images that the towers are taken from.
"""

from .backbones import (
    FormerResNet,
    GatedResNet,
    GlobalConvAttention,
    InstanceBackbone,
    OpenCLIPVisual,
    PrecomputedFeatures,
    ViTTemporalAdapter,
)
from .bag import Bag
from .data_preprocessors import ClipAugmentPreprocessor, ResidentFrames
from .heads import (
    BagHead,
    CaptionHead,
    ClassTokenHead,
    LinearBagHead,
    M3DFELHead,
    MultiGrainedTemporalHead,
    TokenClassifierHead,
    TransportHead,
    VadCLIPHead,
    Verdict,
)
from .losses import IntensityAwareLoss, MILLoss, SelfDistillationLoss
from .necks import MotionPromptNeck, RelevanceNeck, VisualPromptNeck
from .pooling import QueryPooling, RelevancePooling
from .recognizers import BagRecognizer, CaptionRecognizer, TextGuidedRecognizer
from .temporal import (
    IdentityTemporal,
    LocalGlobalTemporal,
    MultiScaleTemporal,
    SharedMapTemporal,
    TemporalAdapter,
    TemporalNetwork,
    TransformerTemporal,
)
from .text import LearnedClassVectors, OpenCLIPCaptions, OpenCLIPText, OpenCLIPWords

__all__ = [
    'Bag',
    'BagHead',
    'BagRecognizer',
    'CaptionHead',
    'CaptionRecognizer',
    'ClassTokenHead',
    'ClipAugmentPreprocessor',
    'FormerResNet',
    'GatedResNet',
    'GlobalConvAttention',
    'IdentityTemporal',
    'InstanceBackbone',
    'IntensityAwareLoss',
    'LearnedClassVectors',
    'LinearBagHead',
    'LocalGlobalTemporal',
    'M3DFELHead',
    'MILLoss',
    'MotionPromptNeck',
    'MultiGrainedTemporalHead',
    'MultiScaleTemporal',
    'OpenCLIPCaptions',
    'OpenCLIPText',
    'OpenCLIPVisual',
    'OpenCLIPWords',
    'PrecomputedFeatures',
    'QueryPooling',
    'RelevanceNeck',
    'RelevancePooling',
    'ResidentFrames',
    'SelfDistillationLoss',
    'SharedMapTemporal',
    'TemporalAdapter',
    'TemporalNetwork',
    'TextGuidedRecognizer',
    'TokenClassifierHead',
    'TransformerTemporal',
    'TransportHead',
    'VadCLIPHead',
    'Verdict',
    'ViTTemporalAdapter',
    'VisualPromptNeck',
]
