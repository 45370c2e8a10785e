"""The model on a user's own video: ``DFERInferencer('demo')('my_video.mp4')``."""

from .inferencer import DFERInferencer
from .model_loading import LoadedModel, load_model, shipped_models
from .pushing import push_to_hub
from .result import SCHEMA, result_schema
from .saving import from_pretrained, save_pretrained

__all__ = [
    'SCHEMA',
    'DFERInferencer',
    'LoadedModel',
    'from_pretrained',
    'load_model',
    'push_to_hub',
    'result_schema',
    'save_pretrained',
    'shipped_models',
]
