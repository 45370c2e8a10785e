"""Reads a video and returns its result, in one call."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from copy import copy
from pathlib import Path
from typing import Any

import numpy as np
from mmengine.config import Config
from mmengine.infer import BaseInferencer

from ..video.analysis import Analysis, Prediction
from ..video.checks import Number
from ..video.errors import InputError, Interrupted, NoNumberError, UsageError
from ..video.faces import FaceDetector, WatchedDetector, build_detector
from ..video.frames import Source
from ..video.reading import open_source
from ..video.settings import VideoSettings
from .inputs import as_frames, list_inputs
from .live import LiveStream, open_stream
from .measured_movements import MeasuredMovements
from .model_loading import LoadedModel
from .own_words import Texts, with_rest
from .preprocessing import ClipPipeline
from .progress import frame_progress, no_progress
from .result import make_result
from .runtime import make_runtime

_FPS = Number(least=0.001, most=100_000)
BATCH_SIZE = Number(least=1, whole=True)


class DFERInferencer(BaseInferencer):
    """Finds the faces in a video, tells what they show when, and which frames say so.

    An input is the path of a video or of a folder of pictures, an array (T, H, W, 3) or
    list of frames (uint8, RGB), one picture (H, W, 3), or the number of a camera; a
    list of those is several inputs, a list of pictures one.

    Several threads may use one inferencer at the same time. Detector and model each
    work for one of them after another.

    Args:
        model: A name, a config, a folder or ``org/name`` of the Hugging Face hub, as
            :func:`tgdfer_mm.apis.load_model` takes it, or the model that it returned;
            or the path of an ``*.onnx`` file. None is the one chosen by ``tgdfer models
            --default``, or ``demo``.
        checkpoint: Its weights, if the model is a config.
        device: Where the model runs; by default the best device of this machine. A
            model that is already loaded stays where it is.
        faces: The face detector: ``dlib``, ``none`` (the frames are face crops),
            ``yunet`` or ``mediapipe`` with a model file (a dict), or a function from a
            picture to boxes. See :func:`tgdfer_mm.video.faces.build_detector`.
        fps: Frames per second of folders and arrays.
        runtime: ``torch``, or ``onnx``, which exports the model first. An ``*.onnx``
            file of ``tgdfer export`` always runs in onnxruntime.
        show_progress: Whether a bar shows the progress of reading.
        texts: Your own classes, in words, for a model with a text tower: one text for
            each class, a dict from class to its phrasings, or a JSON file of those, see
            :func:`tgdfer_mm.apis.own_words.read_words`.
        rest: The class of a face at rest, which gets no intervals; by default the one
            called neutral, if there is one.
        movements: A file or folder with values of action units per frame, which another
            program has measured, see :class:`.MeasuredMovements`. They then tell what
            moves in the most relevant frames, instead of the model's text tower.
        **settings: Changes to the config's ``video``, see
            :class:`tgdfer_mm.video.settings.VideoSettings`, such as ``every=2`` or
            ``window=dict(stride=0.2)``.

    Raises:
        VideoError: The model cannot be used, see :mod:`tgdfer_mm.video.errors`.

    Examples:
        >>> DFERInferencer('demo')('my_video.mp4')['predictions'][0]['tracks']
    """

    def __init__(
        self,
        model: str | Path | Config | LoadedModel | None = None,
        checkpoint: str | Path | None = None,
        device: str | None = None,
        faces: str | dict | Callable | FaceDetector | None = 'dlib',
        fps: float = 25.0,
        runtime: str = 'torch',
        show_progress: bool = True,
        texts: Texts | None = None,
        rest: str | None = None,
        movements: str | Path | None = None,
        **settings: Any,
    ) -> None:
        # Not the constructor of the base class: it looks names up in mmaction2's model
        # index, and only warns if weights do not fit.
        self.fps = _FPS.check('fps', fps)
        self.detector = build_detector(faces)  # before a model is loaded
        self.measured = None if movements is None else MeasuredMovements(movements)
        self.runtime = make_runtime(model, checkpoint, device, runtime, settings, texts)
        self.runtime.settings = with_rest(self.runtime.settings, rest, self.classes)
        self.scope, self.visualizer = 'mmaction', None
        self.show_progress = show_progress

    @property
    def about(self) -> dict:
        """Facts about the model: the ``model`` of every result."""
        return self.runtime.about

    @property
    def classes(self) -> list[str]:
        """Names of the classes, in the order of all scores."""
        return self.about['classes']

    @property
    def settings(self) -> VideoSettings:
        """The settings in use."""
        return self.runtime.settings

    def with_texts(self, texts: Texts, rest: str | None = None) -> 'DFERInferencer':
        """An inferencer for other classes; it shares all large parts with this one.

        Args:
            texts: See the class.
            rest: See the class.

        Raises:
            WordsError: The texts cannot be classes of this model.
        """
        new = copy(self)
        new.runtime = self.runtime.with_texts(texts)
        new.runtime.settings = with_rest(new.runtime.settings, rest, new.classes)
        return new

    def __call__(self, inputs: Any, batch_size: int = 8) -> dict:
        """Reads one or several inputs.

        Args:
            inputs: See the class.
            batch_size: Windows that the model sees together.

        Returns:
            ``predictions``: one result for each input, in their order, plain data of
            the form of :func:`tgdfer_mm.apis.result_schema`. ``visualization``: empty,
            since pictures are made from results (``tgdfer_mm.visualization.video``).

        Raises:
            InputError: An input cannot be read at all. It is raised after all others
                have been read; their results are in ``results`` of the error. If an
                input can be read in part, its result has ``complete`` false.
            UsageError: An input is of a wrong kind, the detector fails at every frame,
                or the model gives NaN; ``results`` as before.
            MissingPackage: Reading needs a package that is absent.
            Interrupted: Ctrl-C; its ``result`` has everything that was read until then.
        """
        results: list[dict] = []
        try:
            for result in self.iterate(inputs, batch_size):
                results.append(result)
        except (InputError, UsageError) as err:
            err.results = results
            raise
        return self.postprocess(results, self.visualize(inputs, results))

    def iterate(
        self,
        inputs: Any,
        batch_size: int = 8,
        progress: Callable[[Source], AbstractContextManager] | None = None,
    ) -> Iterator[dict]:
        """Yields the results one after another, each as soon as it is ready.

        Args:
            inputs: See the class.
            batch_size: Windows that the model sees together.
            progress: Replaces the bar: a function from the source to a context manager,
                which gives a function to call after every frame.

        Raises:
            VideoError: As for a call.
            Interrupted: Ctrl-C.
        """
        batch_size = BATCH_SIZE.check('batch_size', batch_size)
        if progress is None:
            progress = frame_progress if self.show_progress else no_progress
        problems: list[InputError | UsageError] = []
        for each in list_inputs(inputs):
            try:
                most = self.settings.max_pixels
                with open_source(as_frames(each), self.fps, most) as source:
                    result = self._read(source, batch_size, progress)
            except (InputError, UsageError) as err:
                problems.append(err)
            else:
                yield result
        if problems:
            first, *others = problems
            for other in others:
                first.add_note(str(other))
            raise first

    def stream(
        self,
        frames: Any,
        fps: float | None = None,
        batch_size: int = 8,
        real_time: bool | None = None,
        keep: bool = False,
    ) -> LiveStream:
        """Analyses frames while they arrive.

        Args:
            frames: Arrays (H, W, 3) uint8 RGB from a generator or the like, or pairs of
                a time in seconds and such an array; the number of a camera; or a path.
            fps: Rate of arrays without a time, by default the inferencer's.
            batch_size: Windows that the model sees together at most.
            real_time: Whether frames are dropped, and counted, if they arrive faster
                than they are analysed. None drops only those of a camera.
            keep: Whether :meth:`LiveStream.result` will be called; memory then grows by
                the numbers of each frame.

        Returns:
            An iterator of windows, each as soon as it is known: plain data, see
            :meth:`tgdfer_mm.video.live.LiveAnalysis.windows`, and ``dropped``.

        Examples:
            >>> for window in DFERInferencer('demo').stream(frames, fps=25):
            ...     print(window['end'], window['track'], window['label'])
        """
        batch_size = BATCH_SIZE.check('batch_size', batch_size)
        fps = self.fps if fps is None else _FPS.check('fps', fps)
        source = open_stream(frames, fps, self.settings.max_pixels)
        return LiveStream(
            source, self.detector, self.runtime, batch_size, real_time, keep
        )

    def forward(self, inputs: list[list[np.ndarray]], **kwargs) -> list[Prediction]:
        """Predicts windows of crops (size, size, 3)."""
        return self.runtime.predict(inputs)

    def visualize(self, inputs: list, preds: Any, **kwargs) -> list:
        """Does nothing: pictures are made from a finished result."""
        return []

    def postprocess(self, preds: list, visualization: list, **kwargs) -> dict:
        """Returns the results in the form of mmengine's inferencers."""
        return dict(predictions=preds, visualization=visualization)

    def _read(self, source: Source, batch_size: int, progress: Callable) -> dict:
        detector = WatchedDetector(self.detector, source.problems)
        with progress(source) as advance:
            analysis = Analysis(
                source,
                detector,
                self.runtime.predict,
                self.classes,
                self.settings,
                batch_size,
                advance,
            )
            try:
                finished = analysis.run()
            except NoNumberError as err:
                raise NoNumberError(f'{source.info.path}: {err}') from err
        if finished:
            detector.finish()
        result = make_result(
            analysis,
            source.info,
            self.about,
            self.detector,
            self.settings,
            self.measured,
        )
        if not finished:
            raise Interrupted(result)
        return result

    def _inputs_to_list(self, inputs: Any) -> list:
        """The name of this method in mmengine's inferencers."""
        return list_inputs(inputs)

    def _init_pipeline(self, cfg: Config) -> Callable:
        """mmengine calls it; the runtime has the pipeline."""
        return ClipPipeline(cfg, self.settings.window.frames)
