"""Necks between the towers and the head."""

from .motion_prompt_neck import MotionPromptNeck
from .visual_prompt_neck import RelevanceNeck, VisualPromptNeck

__all__ = ['MotionPromptNeck', 'RelevanceNeck', 'VisualPromptNeck']
