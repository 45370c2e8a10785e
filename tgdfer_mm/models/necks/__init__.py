"""Necks between the towers and the head."""

from .visual_prompt_neck import VisualPromptNeck

__all__ = ['VisualPromptNeck']
