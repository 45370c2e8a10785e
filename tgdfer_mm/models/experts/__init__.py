"""Classifiers of single faces as towers, which give scores or features of pictures."""

from .frame_expert import FrameExpert
from .function_expert import FunctionExpert
from .mini_xception import MiniXception
from .onnx_expert import OnnxExpert
from .torch_expert import TorchExpert

__all__ = [
    'FrameExpert',
    'FunctionExpert',
    'MiniXception',
    'OnnxExpert',
    'TorchExpert',
]
