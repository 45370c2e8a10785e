"""Necks between the towers and the head."""

from .description_fusion_neck import DescriptionFusionNeck
from .motion_prompt_neck import MotionPromptNeck
from .resting_face_neck import RestingFaceNeck, RestingPromptNeck
from .separated_face_neck import SeparatedFaceNeck
from .sound_fusion_neck import SoundFusionNeck
from .visual_prompt_neck import RelevanceNeck, VisualPromptNeck

__all__ = [
    'DescriptionFusionNeck',
    'MotionPromptNeck',
    'RelevanceNeck',
    'RestingFaceNeck',
    'RestingPromptNeck',
    'SeparatedFaceNeck',
    'SoundFusionNeck',
    'VisualPromptNeck',
]
