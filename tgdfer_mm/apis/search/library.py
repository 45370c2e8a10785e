"""The videos of a folder, and the features of those that were read."""

import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from pathlib import Path

import numpy as np

from ...files import DamagedFileError
from ...models.text import OpenCLIPText
from ...video.checks import Number
from ...video.errors import InputError, NoNumberError
from ...video.faces import WatchedDetector
from ...video.frames import Source
from ...video.reading import open_source
from ..inferencer import DFERInferencer
from ..many.made_from import file_facts, is_same_file
from ..many.video_folder import Video, find_videos
from ..progress import no_progress
from ..writing import prepare_folder
from .frame_reading import FrameFeatures, FrameTower
from .inventory import Inventory
from .kept_features import KeptFeatures, KeptVideo
from .moments import Moment, cosines_of, find_moments
from .queries import Query, text_features

INDEX_NAME = '.tgdfer_index'
EVERY = Number(least=0.001, most=3600)


class DamagedFeaturesError(DamagedFileError):
    """Kept features that are damaged; `video` is the one that they belong to."""

    def __init__(self, video: Path) -> None:
        super().__init__(f'{video}: its features in the index are damaged.')
        self.video = video


class VideoLibrary:
    """Finds moments in the videos of a folder by words; reads each once per model.

    Args:
        place: A folder, whose videos are found also in folders below it, or one video.
        inferencer: Has the model, the detector and the settings of reading.
        index: Folder of the features; by default ``.tgdfer_index`` in the videos'
            folder.
        every: Time from one kept frame of a face to the next, seconds.

    Raises:
        InputError: There is no such folder or video.
        UsageError: The model does not compare pictures with texts, or `every` is not a
            time.
    """

    def __init__(
        self,
        place: str | Path,
        inferencer: DFERInferencer,
        index: str | Path | None = None,
        every: float = 0.2,
    ) -> None:
        self.place = Path(place)
        if not self.place.exists():
            raise InputError(f'{place}: there is no such folder or video')
        self.root = self.place if self.place.is_dir() else self.place.parent
        self.every = EVERY.check('--step', every)
        self._inferencer = inferencer
        self._tower = FrameTower(inferencer)
        self.index = Path(index) if index else self.root / INDEX_NAME
        settings = inferencer.settings.nested()
        way = dict(
            tower=self._tower.describe(),
            faces=inferencer.detector.describe(),
            settings={k: v for k, v in settings.items() if k not in _OF_WINDOWS},
            every=self.every,
        )
        self.features = KeptFeatures(self.index, self.root, way)

    @property
    def about(self) -> dict:
        """Facts about the model."""
        return self._inferencer.about

    @property
    def text_encoder(self) -> OpenCLIPText:
        """The text tower that encodes queries."""
        return self._tower.text_encoder

    @property
    def max_pixels(self) -> int:
        """Largest number of pixels of a frame."""
        return self._inferencer.settings.max_pixels

    def name_of(self, path: Path) -> str:
        """Path of a video below the folder."""
        return path.relative_to(self.root).as_posix()

    def look(self) -> Inventory:
        """Tells read videos of the folder from missing ones.

        Raises:
            InputError: There is no video in it.
        """
        found = Inventory()
        videos, closed = self._videos()
        found.failed.update(closed)
        for video in videos:
            path = Path(video.path)
            try:
                kept = self.features.find(path)
            except DamagedFileError as err:
                found.sentences.append(f'{err} The video is read again.')
                kept = None
            if kept is None:
                found.missing.append(video)
            else:
                found.take(kept)
        return found

    def read(
        self,
        path: str | Path,
        progress: Callable[[Source], AbstractContextManager] = no_progress,
        wait: bool = True,
    ) -> KeptVideo:
        """Reads a video and keeps its features, unless another process just did.

        Args:
            path: The video.
            progress: See :meth:`DFERInferencer.iterate`.
            wait: Whether to wait for another process that reads it.

        Raises:
            BusyError: Another process reads it, and `wait` is false.
            VideoError: It cannot be read, or its features cannot be kept.
        """
        path = Path(path)
        prepare_folder(self.index, '--index')
        with self.features.locked(path, wait):
            try:
                kept = self.features.find(path)
            except DamagedFileError:
                kept = None
            if kept is None:
                file = file_facts(str(path))
                content = self._read(path, progress)
                if not is_same_file(str(path), file):
                    raise InputError(
                        f'{path}: was changed while it was read; run the command again'
                    )
                self.features.keep(path, file, *content)
                kept = self.features.find(path)
        if kept is None:
            raise InputError(
                f'{path}: was changed after it was read; run the command again'
            )
        return kept

    def search(
        self, kept: Sequence[KeptVideo], queries: Sequence[Query], count: int, **how
    ) -> list[Moment]:
        """The best moments of each query, one query after another.

        Args:
            kept: The videos.
            queries: The queries.
            count: Largest number of moments for a query.
            **how: See :func:`~tgdfer_mm.apis.search.moments.find_moments`.

        Raises:
            UsageError: The text tower lacks a word, or a text is too long.
            DamagedFeaturesError: The kept features of a video give no cosines.
        """
        texts = text_features(self.text_encoder, queries)
        videos = [each for each in kept if len(each.features)]
        if not videos:
            return []
        cosines = np.concatenate([self._cosines(each, texts) for each in videos])
        moments = []
        for query, column in zip(queries, cosines.T, strict=True):
            column = np.ascontiguousarray(column)
            moments += find_moments(query.name, videos, column, count, **how)
        return moments

    def forget(self, path: Path) -> None:
        """Removes the features of a video."""
        self.features.remove(path)

    def _videos(self) -> tuple[Sequence[Video], dict[Path, InputError]]:
        """The videos, and a reason for each folder that cannot be listed."""
        if not self.place.is_dir():
            size = self.place.stat().st_size
            return [Video(self.place.name, str(self.place), size)], {}
        found = find_videos(str(self.place), str(self.index), with_pictures=True)
        if found is None:
            raise InputError(f'{self.place}: there is no video in it')
        return found.videos, {Path(name): err for name, err in found.closed.items()}

    def _cosines(self, video: KeptVideo, texts: np.ndarray) -> np.ndarray:
        found = cosines_of(video, texts)
        most = 1.01 * np.linalg.norm(texts, axis=1)
        if not (np.abs(found) <= most).all():  # NaN has no length either
            raise DamagedFeaturesError(video.path)
        return found

    def _read(self, path: Path, progress: Callable) -> tuple[dict, np.ndarray, ...]:
        inferencer = self._inferencer
        start = time.monotonic()
        with open_source(path, max_pixels=inferencer.settings.max_pixels) as source:
            detector = WatchedDetector(inferencer.detector, source.problems)
            with progress(source) as advance:
                reader = FrameFeatures(
                    source,
                    detector,
                    self._tower,
                    inferencer.settings,
                    self.every,
                    advance,
                )
                try:
                    frames, features = reader.read()
                except NoNumberError as err:
                    raise NoNumberError(f'{path}: {err}') from err
            detector.finish()
            about = dict(
                duration=source.info.duration,
                complete=not source.problems,
                times_are_stamps=source.times_are_stamps,
                warnings=[*reader.warnings(), *source.problems, *source.notes],
                seconds_to_read=round(time.monotonic() - start, 2),
            )
        return about, frames, features


_OF_WINDOWS = 'window', 'intervals'  # settings that do not change a feature
