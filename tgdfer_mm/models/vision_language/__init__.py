"""Models of texts and images: open_clip's, their weights, and faster layers of them."""

from .open_clip_models import build_clip, load_clip
from .text_image_checkpoint import check_tokens, load_vlm_state

__all__ = ['build_clip', 'check_tokens', 'load_clip', 'load_vlm_state']
