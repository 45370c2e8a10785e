"""The model on a user's own video: ``DFERInferencer('demo')('my_video.mp4')``."""

from .inferencer import DFERInferencer
from .model_loading import LoadedModel, load_model, shipped_models
from .result import SCHEMA, result_schema

__all__ = [
    'SCHEMA',
    'DFERInferencer',
    'LoadedModel',
    'load_model',
    'result_schema',
    'shipped_models',
]
