"""Necks between the towers and the head."""

from .visual_prompt_neck import RelevanceNeck, VisualPromptNeck

__all__ = ['RelevanceNeck', 'VisualPromptNeck']
