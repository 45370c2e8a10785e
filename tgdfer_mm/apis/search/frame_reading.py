"""Reads a video once for its index: detects, tracks, crops, and computes features."""

import hashlib
from array import array
from collections.abc import Callable
from typing import Any

import numpy as np
import torch

from ...features.compute import tower_features
from ...models.backbones import OpenCLIPVisual, TransformersVision
from ...models.text import OpenCLIPText
from ...video.errors import NoNumberError, UsageError
from ...video.faces import FaceDetector
from ...video.following import FollowedFaces
from ...video.frames import Frame, Source
from ...video.settings import VideoSettings
from ...video.tracking import Seen, Step
from ..inferencer import DFERInferencer
from ..runtime import TorchRuntime
from .kept_features import FRAMES

_SAME_TIME = 1e-6  # seconds; needed since sums of times are rounded
_BATCH = 64  # crops in a batch of the tower


class FrameTower:
    """The image tower of a model that has a text tower next to it.

    Args:
        inferencer: Has the model.

    Raises:
        UsageError: The model does not compare pictures with texts.
    """

    def __init__(self, inferencer: DFERInferencer) -> None:
        runtime = inferencer.runtime
        model = getattr(runtime, 'model', None)
        texts = getattr(model, 'text_encoder', None)
        tower = getattr(model, 'backbone', None)
        single = isinstance(tower, OpenCLIPVisual | TransformersVision)
        if not (
            isinstance(runtime, TorchRuntime)
            and isinstance(texts, OpenCLIPText)
            and single
        ):
            raise UsageError(
                f'the model {runtime.about["name"]} cannot be searched by words: '
                'it has no text tower, or none for single frames. Take one that '
                'compares pictures with texts: --model clip, or demo for drawn faces'
            )
        self.text_encoder = texts
        self._model, self._pipeline = model, runtime.pipeline
        self._at_once = runtime.settings.window.frames

    @torch.no_grad()
    def __call__(self, crops: list[np.ndarray]) -> np.ndarray:
        """Unit features (n, D) float16 of crops (size, size, 3).

        Raises:
            NoNumberError: The tower gives NaN or infinity.
        """
        parts = []
        for start in range(0, len(crops), self._at_once):
            some = crops[start : start + self._at_once]
            parts.append(self._pipeline(some)['inputs'][: len(some)])
        model = self._model
        found = tower_features(
            model.backbone, model.data_preprocessor, torch.cat(parts), _BATCH
        )
        found = torch.nn.functional.normalize(found, dim=-1).cpu().numpy()
        if not np.isfinite(found).all():
            raise NoNumberError('the model gives features with NaN or infinity')
        return found.astype(np.float16)

    def describe(self) -> dict:
        """Facts on which the features depend, plain data."""
        digest = hashlib.sha256()
        for part in (self._model.backbone, self._model.data_preprocessor):
            for name, value in part.state_dict().items():
                digest.update(name.encode())
                value = value.detach().cpu().contiguous().view(-1)
                digest.update(value.view(torch.uint8).numpy())
            digest.update(str(part).encode())
        digest.update(repr(self._pipeline).encode())
        return dict(sha256=digest.hexdigest())


class FrameFeatures:
    """Reads the features of a source's faces.

    Memory holds the frames that the tracker delays, one batch of crops, and the
    features so far: 18,000 frames of an hour take 37 MB with 1024 numbers each.

    Args:
        source: Where the frames come from.
        detector: Finds the faces.
        tower: Gives a feature for each crop.
        settings: Settings of reading.
        every: Time from one kept frame of a face to the next, seconds.
        advance: Called after every frame read.
    """

    def __init__(
        self,
        source: Source,
        detector: FaceDetector,
        tower: Callable[[list[np.ndarray]], np.ndarray],
        settings: VideoSettings,
        every: float,
        advance: Callable[[], None] = lambda: None,
    ) -> None:
        self._faces = FollowedFaces(source, detector, settings, advance)
        self._tower, self._every = tower, every
        self._open: dict[int, _Track] = {}
        self._finished: list[_Track] = []
        self._queue: list[tuple[_Track, np.ndarray]] = []

    def read(self) -> tuple[np.ndarray, np.ndarray]:
        """Reads to the end.

        Returns:
            Frames (n,) of :data:`FRAMES` and features (n, D) float16; (0, 0) without a
            face.
        """
        for step in self._faces.steps():
            self._take(step)
        for step in self._faces.finish():
            self._take(step)
        for number in list(self._open):
            self._end(number)
        self._flush()
        tracks = sorted(self._finished, key=lambda t: (t.start, t.rows[0][3][0]))
        frames = np.array(
            [(i, *row[1:]) for i, t in enumerate(tracks, 1) for row in t.rows], FRAMES
        )
        if not tracks:
            return frames, np.empty((0, 0), np.float16)
        return frames, np.concatenate([f for t in tracks for f in t.features])

    def warnings(self) -> list[str]:
        """Warnings for the users of the index, as sentences."""
        return list(self._faces.warnings())

    def _take(self, step: Step) -> None:
        for seen in step.seen:
            track = self._open.setdefault(seen.track, _Track())
            if track.wants(step.frame, seen, self._every):
                self._queue.append((track, self._faces.crop(step.frame, seen)))
                if len(self._queue) >= _BATCH:
                    self._flush()
        for number in step.ended:
            self._end(number)

    def _end(self, number: int) -> None:
        track = self._open.pop(number)
        if not self._faces.too_short(track.last - track.start):
            self._finished.append(track)

    def _flush(self) -> None:
        if not self._queue:
            return
        queue, self._queue = self._queue, []
        features = self._tower([crop for _, crop in queue])
        for (track, _), feature in zip(queue, features, strict=True):
            track.features.append(feature[None])


class _Track:
    def __init__(self) -> None:
        self.start = self.last = 0.0
        self.rows: list[tuple[Any, ...]] = []
        self.features: list[np.ndarray] = []
        self._due: float | None = None

    def wants(self, frame: Frame, seen: Seen, every: float) -> bool:
        """Takes a frame; returns True if its feature is kept."""
        if self._due is None:
            self.start = self._due = frame.time
        self.last = frame.time
        if frame.time < self._due - _SAME_TIME:
            return False
        # The next time by the clock, so that a late frame does not delay all others.
        self._due += every * max(1, int((frame.time - self._due) / every) + 1)
        self.rows.append((0, frame.time, frame.index, tuple(array('f', seen.box))))
        return True
