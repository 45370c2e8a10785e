"""Runtimes that predict windows of crops: the network in torch, or its ONNX file."""

import threading
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import torch
from mmengine.config import Config
from mmengine.dataset import pseudo_collate
from mmengine.device import get_device

from ..catalogue import default_model
from ..devices import check_device
from ..evaluation.temperature import scale_probabilities
from ..files import file_hash, parse_json
from ..finite_weights import check_finite
from ..models.text.movement_texts import TowerMovements, reader_of
from ..video.analysis import Prediction
from ..video.errors import InputError, NoNumberError, UsageError
from ..video.optional_packages import need
from ..video.settings import VideoSettings
from .calibration import usable_temperature
from .frame_features import FrameFeatures, sees_single_frames
from .model_loading import LoadedModel, load_model
from .own_words import Texts, WordsError, with_own_words
from .preprocessing import ClipPipeline, steps_after_reading, video_settings
from .usable_model import naming_the_model

Windows = list[list[np.ndarray]]
_CUDA = 'CUDAExecutionProvider'


class TorchRuntime:
    """The network in torch, with its test pipeline.

    Args:
        loaded: The model.
        changes: Changes to the settings of its config, see
            :meth:`VideoSettings.updated`.
    """

    def __init__(self, loaded: LoadedModel, changes: dict[str, Any]) -> None:
        with naming_the_model(loaded.about['config'], loaded.about['checkpoint']):
            check_finite(loaded.model.state_dict(), loaded.about['checkpoint'])
        self.about = loaded.about
        self.loaded, self.changes = loaded, changes
        self.recipe = _recipe(loaded.cfg)
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
        steps = steps_after_reading(loaded.cfg)
        self._features = None
        if sees_single_frames(self.model, steps):
            self._features = FrameFeatures(self.model, self.pipeline)
        self._reader: TowerMovements | None = None
        self._tried = False  # now it is known if there is a reader
        # A user's transform, or a compiled model, may keep a state between two calls,
        # so one thread works at a time; torch then uses all cores for it.
        self._lock = threading.Lock()

    def with_texts(self, texts: Texts) -> 'TorchRuntime':
        """A runtime for other classes; both work for one thread after another.

        Raises:
            WordsError: The texts cannot be classes of this model.
        """
        new = TorchRuntime(with_own_words(self.loaded, texts), self.changes)
        new._lock = self._lock
        return new

    @torch.no_grad()
    def predict(self, windows: Windows) -> list[Prediction]:
        """Predicts windows; one with fewer crops than the model's is padded.

        Raises:
            NoNumberError: The model gives NaN or infinity.
        """
        with self._lock:
            movements: list[np.ndarray | None] = [None] * len(windows)
            if self._features is not None:
                samples = self._features(windows)
                movements = [self._movements(crops) for crops in windows]
            else:
                batch = pseudo_collate([self.pipeline(crops) for crops in windows])
                samples = self.model.test_step(batch)
        return [
            calibrated(_finite(_from_sample(sample, len(crops))), self.about)._replace(
                movements=found
            )
            for sample, crops, found in zip(samples, windows, movements, strict=True)
        ]

    def _movements(self, crops: list[np.ndarray]) -> np.ndarray | None:
        """Values that the text tower reads in crops that were predicted, (n, P)."""
        if not self._tried:  # encoding its texts takes seconds
            self._reader, self._tried = reader_of(self.model), True
        if self._reader is None:
            return None
        found = self._reader.read(self._features.of_crops(crops)).cpu().numpy()
        return found if np.isfinite(found).all() else None


class OnnxRuntime:
    """A file that :func:`tgdfer_mm.apis.export.export_onnx` wrote, under onnxruntime.

    Args:
        path: The file.
        changes: Changes to the settings in the file, see :meth:`VideoSettings.updated`.
        device: ``cpu``, ``cuda`` or ``cuda:N``.

    Raises:
        InputError: It is not such a file.
        UsageError: This onnxruntime has no such device.
    """

    def __init__(self, path: Path, changes: dict[str, Any], device: str) -> None:
        if not path.is_file():
            raise InputError(f'{path}: there is no such model')
        runtime = need('onnxruntime')
        providers = _providers(device, runtime)
        try:
            self._session = runtime.InferenceSession(str(path), providers=providers)
            metadata = self._session.get_modelmeta().custom_metadata_map
        # onnxruntime's errors have no common base class.
        except Exception as err:
            reason = ' '.join(str(err).split())
            raise InputError(f'{path}: onnxruntime cannot load it ({reason})') from err
        _check_place(self._session, device)
        missing = {'model', 'video', 'preprocessing'} - set(metadata)
        if missing:
            raise InputError(
                f'{path}: lacks the metadata {sorted(missing)}; it was not written by '
                '`tgdfer export`'
            )
        try:
            self.about = dict(parse_json(metadata['model']))
            self.about['classes'] = [str(name) for name in self.about['classes']]
            self.about['name'], self.about['note']  # every result needs them
            if self.about.setdefault('calibration', None) is not None:
                temperature = self.about['calibration']['temperature']
                usable_temperature(temperature, f'{path}: temperature')
            own = VideoSettings().updated(parse_json(metadata['video']))
            size = int(parse_json(metadata['preprocessing'])['size'])
        except (ValueError, TypeError, KeyError) as err:
            raise InputError(
                f'{path}: its metadata are damaged ({type(err).__name__}: {err}); '
                'export the model again'
            ) from err
        self.about |= dict(runtime='onnx', onnx=path.name, onnx_sha256=file_hash(path))
        self.recipe = dict(onnx=self.about['onnx_sha256'])
        self.settings = own.updated(changes)
        if self.settings.crop.size != size:
            raise UsageError(
                f'video.crop.size={self.settings.crop.size}, but {path} takes {size}'
            )
        self._try(path, size)

    def _try(self, path: Path, size: int) -> None:
        """Predicts one window of a grey picture, to check that the file works."""
        try:
            [said] = self.predict([[np.full((size, size, 3), 128, np.uint8)]])
            classes = len(said.probabilities)
        except NoNumberError as err:
            raise NoNumberError(
                f'{path}: {err}. Its weights are damaged: export the model again'
            ) from err
        except Exception as err:
            reason = ' '.join(str(err).split())
            raise InputError(
                f'{path}: it does not take or give what `tgdfer export` writes '
                f'({type(err).__name__}: {reason})'
            ) from err
        if classes != len(self.about['classes']):
            raise InputError(
                f'{path}: it gives {classes} probabilities, but its metadata name '
                f'{len(self.about["classes"])} classes'
            )

    def with_texts(self, texts: Texts) -> 'OnnxRuntime':
        """Refuses, since the classes are in the file.

        Raises:
            WordsError: In any case.
        """
        raise WordsError(
            f'{self.about["onnx"]}: the classes of an ONNX file cannot be changed'
        )

    def predict(self, windows: Windows) -> list[Prediction]:
        """Predicts windows; one with fewer crops than the model's is padded.

        Raises:
            NoNumberError: The model gives NaN or infinity.
        """
        length = self.settings.window.frames
        padded = [[*crops, *[crops[-1]] * (length - len(crops))] for crops in windows]
        frames = np.ascontiguousarray(np.array(padded).transpose(0, 1, 4, 2, 3))
        valid = np.array([len(crops) for crops in windows], np.int64)
        outputs = self._session.run(None, dict(frames=frames, valid=valid))
        said = (
            _finite(_prediction(*(each[i] for each in outputs), int(count), length))
            for i, count in enumerate(valid)
        )
        return [calibrated(each, self.about) for each in said]


def make_runtime(
    model: str | Path | Config | LoadedModel | None,
    checkpoint: str | Path | None,
    device: str | None,
    runtime: str,
    changes: dict[str, Any],
    texts: Texts | None = None,
) -> TorchRuntime | OnnxRuntime:
    """Makes a runtime, see :class:`tgdfer_mm.apis.DFERInferencer`.

    Raises:
        VideoError: The model cannot be used.
    """
    if model is None:
        model = default_model() or 'demo'
    if runtime not in ('torch', 'onnx'):
        raise UsageError(f'runtime={runtime!r} must be torch or onnx')
    for_onnx = 'cpu' if device is None else device
    if isinstance(model, str | Path) and Path(model).suffix == '.onnx':
        if checkpoint is not None:
            raise UsageError(
                f'{model}: an ONNX file has its own weights; leave --checkpoint out'
            )
        if texts is not None:
            raise WordsError(
                f'{model}: the classes of an ONNX file cannot be changed; leave '
                '--texts out'
            )
        return OnnxRuntime(Path(model), changes, for_onnx)
    if runtime == 'onnx':
        _providers(for_onnx, need('onnxruntime'))  # before a minute is spent
    with naming_the_model(model, checkpoint):
        if isinstance(model, LoadedModel):
            loaded = model
        else:
            place = get_device() if device is None else device
            place = 'cpu' if runtime == 'onnx' else check_device(place)
            loaded = load_model(model, checkpoint, place)
        if texts is not None:
            loaded = with_own_words(loaded, texts)
    if runtime == 'torch':
        return TorchRuntime(loaded, changes)
    from .export import export_onnx

    with TemporaryDirectory() as folder:
        with naming_the_model(model, checkpoint):
            path = export_onnx(loaded, Path(folder, 'model.onnx'))
        exported = OnnxRuntime(path, changes, for_onnx)
    exported.recipe = dict(runtime='onnx', **_recipe(loaded.cfg))  # not of this export
    return exported


def _recipe(cfg: Config) -> dict:
    """The recipe of a model as plain data: its network and pipeline."""
    return dict(network=cfg.model, pipeline=steps_after_reading(cfg))


def calibrated(said: Prediction, about: Mapping[str, Any]) -> Prediction:
    """Applies the temperature of a calibrated model to a prediction.

    It changes the probabilities of the window. It does not change the scores of single
    crops: the temperature was fitted to whole clips.

    Args:
        said: Prediction of the model without a temperature.
        about: Facts about the model.
    """
    known = about.get('calibration')
    if known is None:
        return said
    scaled = scale_probabilities(said.probabilities, known['temperature'])
    return said._replace(probabilities=scaled)


def _providers(device: str, runtime: Any) -> list:
    kind, _, number = str(device).partition(':')
    offered = runtime.get_available_providers()
    if kind == 'cpu':
        return ['CPUExecutionProvider']
    if kind == 'cuda' and _CUDA in offered and (number or '0').isdecimal():
        return [(_CUDA, dict(device_id=int(number or 0))), 'CPUExecutionProvider']
    names = ', '.join(offered)
    raise UsageError(f'device={device!r}: this onnxruntime offers only {names}')


def _check_place(session: Any, device: str) -> None:
    """onnxruntime falls back to the CPU without an error."""
    if str(device).startswith('cuda') and _CUDA not in session.get_providers():
        raise UsageError(
            f'device={device!r}: onnxruntime cannot use it, and offers only '
            f'{", ".join(session.get_providers())} here'
        )


def _finite(said: Prediction) -> Prediction:
    for name, values in said._asdict().items():
        if values is not None and not np.isfinite(values).all():
            raise NoNumberError(f'the model gives {name} with NaN or infinity')
    return said


def _from_sample(sample: Any, count: int) -> Prediction:
    probabilities = sample.pred_score.float().cpu().numpy()
    if 'instance_scores' not in sample:
        return Prediction(probabilities, None, None)
    scores = sample.instance_scores.float().cpu().numpy()
    length = len(scores) * sample.get('frames_per_instance', 1)
    return _prediction(probabilities, scores, _weights(sample), count, length)


def _weights(sample: Any) -> np.ndarray | None:
    """The instances' weights (M, K); heads with the same for all classes give (M,)."""
    if 'relevance' in sample:
        return sample.relevance.float().cpu().numpy()
    if 'attention' not in sample:
        return None
    shares = sample.attention.float().cpu().numpy()
    return np.repeat(shares[:, None], len(sample.pred_score), axis=1)


def _prediction(
    probabilities: np.ndarray,
    scores: np.ndarray,
    relevance: np.ndarray | None,
    count: int,
    length: int,
) -> Prediction:
    """Contributions of the first `count` of `length` frames.

    An instance may be a group of frames: they share its score, and its relevance is
    split among them.
    """
    group = length // len(scores)
    owner = np.arange(count) // group
    share = np.bincount(owner, minlength=len(scores))[owner]
    if relevance is not None:
        relevance = relevance[owner] / share[:, None]
    return Prediction(probabilities, scores[owner], relevance)
