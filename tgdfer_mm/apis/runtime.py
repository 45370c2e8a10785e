"""What predicts windows of crops: the network in torch, or its ONNX file."""

import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import torch
from mmengine.config import Config
from mmengine.dataset import pseudo_collate
from mmengine.device import get_device

from ..catalogue import default_model
from ..video.analysis import Prediction
from ..video.errors import InputError, UsageError
from ..video.optional_packages import need
from ..video.settings import VideoSettings
from .model_loading import LoadedModel, file_hash, load_model
from .preprocessing import ClipPipeline, steps_after_reading, video_settings

Windows = list[list[np.ndarray]]


class TorchRuntime:
    """The network as it was trained, with its test pipeline.

    Args:
        loaded: The model.
        changes: To the settings of its config, see :meth:`VideoSettings.updated`.
    """

    def __init__(self, loaded: LoadedModel, changes: dict[str, Any]) -> None:
        self.about = loaded.about
        self.settings = video_settings(loaded.cfg, changes)
        own = video_settings(loaded.cfg, {}).crop.size
        scales = any(s['type'] == 'Resize' for s in steps_after_reading(loaded.cfg))
        if not scales and self.settings.crop.size != own:
            raise UsageError(
                f'video.crop.size={self.settings.crop.size}, but the model takes {own} '
                'and its test pipeline has no Resize'
            )
        self.model = loaded.model
        self.pipeline = ClipPipeline(loaded.cfg, self.settings.window.frames)

    @torch.no_grad()
    def predict(self, windows: Windows) -> list[Prediction]:
        """Predicts windows; one with fewer crops than the model's is padded."""
        batch = pseudo_collate([self.pipeline(crops) for crops in windows])
        samples = self.model.test_step(batch)
        return [
            _from_sample(sample, len(crops))
            for sample, crops in zip(samples, windows, strict=True)
        ]


class OnnxRuntime:
    """A file that :func:`tgdfer_mm.apis.export.export_onnx` wrote, under onnxruntime.

    Args:
        path: The file.
        changes: To the settings in the file, see :meth:`VideoSettings.updated`.
        device: ``cpu``, ``cuda`` or ``cuda:N``.

    Raises:
        InputError: It is no such file.
        UsageError: This onnxruntime has no such device.
    """

    def __init__(self, path: Path, changes: dict[str, Any], device: str) -> None:
        if not path.is_file():
            raise InputError(f'{path}: there is no such model')
        runtime = need('onnxruntime')
        try:
            self._session = runtime.InferenceSession(
                str(path), providers=_providers(device, runtime)
            )
        except UsageError:
            raise
        # onnxruntime's errors have no common base of their own.
        except Exception as err:
            raise InputError(f'{path}: onnxruntime cannot load it ({err})') from err
        metadata = self._session.get_modelmeta().custom_metadata_map
        missing = {'model', 'video', 'preprocessing'} - set(metadata)
        if missing:
            raise InputError(
                f'{path}: lacks the metadata {sorted(missing)}; it was not written by '
                '`tgdfer export`'
            )
        self.about = json.loads(metadata['model'])
        self.about |= dict(runtime='onnx', onnx=path.name, onnx_sha256=file_hash(path))
        own = json.loads(metadata['video'])
        self.settings = VideoSettings().updated(own).updated(changes)
        size = json.loads(metadata['preprocessing'])['size']
        if self.settings.crop.size != size:
            raise UsageError(
                f'video.crop.size={self.settings.crop.size}, but {path} takes {size}'
            )

    def predict(self, windows: Windows) -> list[Prediction]:
        """Predicts windows; one with fewer crops than the model's is padded."""
        length = self.settings.window.frames
        padded = [[*crops, *[crops[-1]] * (length - len(crops))] for crops in windows]
        frames = np.ascontiguousarray(np.array(padded).transpose(0, 1, 4, 2, 3))
        valid = np.array([len(crops) for crops in windows], np.int64)
        outputs = self._session.run(None, dict(frames=frames, valid=valid))
        return [
            _prediction(*(each[i] for each in outputs), int(count), length)
            for i, count in enumerate(valid)
        ]


def make_runtime(
    model: str | Path | Config | LoadedModel | None,
    checkpoint: str | Path | None,
    device: str | None,
    runtime: str,
    changes: dict[str, Any],
) -> TorchRuntime | OnnxRuntime:
    """Makes what predicts, see :class:`tgdfer_mm.apis.DFERInferencer`.

    Raises:
        VideoError: What keeps the model from being used.
    """
    if model is None:
        model = default_model() or 'demo'
    if runtime not in ('torch', 'onnx'):
        raise UsageError(f'runtime={runtime!r} must be torch or onnx')
    if isinstance(model, str | Path) and Path(model).suffix == '.onnx':
        if checkpoint is not None:
            raise UsageError(f'{model} has its weights: leave the checkpoint out')
        return OnnxRuntime(Path(model), changes, device or 'cpu')
    if runtime == 'onnx':
        need('onnxruntime')  # before a minute is spent
    if isinstance(model, LoadedModel):
        loaded = model
    else:
        place = 'cpu' if runtime == 'onnx' else device or get_device()
        loaded = load_model(model, checkpoint, place)
    if runtime == 'torch':
        return TorchRuntime(loaded, changes)
    from .export import export_onnx

    with TemporaryDirectory() as folder:
        path = export_onnx(loaded, Path(folder, 'model.onnx'))
        return OnnxRuntime(path, changes, device or 'cpu')


def _providers(device: str, runtime: Any) -> list[str]:
    kind = device.split(':')[0]
    if kind == 'cpu':
        return ['CPUExecutionProvider']
    if kind == 'cuda' and 'CUDAExecutionProvider' in runtime.get_available_providers():
        return ['CUDAExecutionProvider', 'CPUExecutionProvider']
    raise UsageError(
        f'device={device!r}: this onnxruntime offers only '
        f'{runtime.get_available_providers()}'
    )


def _from_sample(sample: Any, count: int) -> Prediction:
    probabilities = sample.pred_score.float().cpu().numpy()
    if 'instance_scores' not in sample:
        return Prediction(probabilities, None, None)
    scores = sample.instance_scores.float().cpu().numpy()
    relevance = sample.get('relevance')
    if relevance is None:  # one share an instance, the same for every class
        relevance = sample.attention[:, None].expand(sample.instance_scores.shape)
    relevance = relevance.float().cpu().numpy()
    length = len(scores) * sample.get('frames_per_instance', 1)
    return _prediction(probabilities, scores, relevance, count, length)


def _prediction(
    probabilities: np.ndarray,
    scores: np.ndarray,
    relevance: np.ndarray,
    count: int,
    length: int,
) -> Prediction:
    """What the first `count` of `length` frames contributed.

    An instance may be a group of frames: they share its score, and its relevance is
    split among them.
    """
    group = length // len(scores)
    owner = np.arange(count) // group
    share = np.bincount(owner, minlength=len(scores))[owner]
    return Prediction(probabilities, scores[owner], relevance[owner] / share[:, None])
