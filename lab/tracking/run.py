"""Follows the people of a scene as the package does."""

from collections.abc import Callable

import numpy as np

from tgdfer_mm.video.analysis import Analysis, Prediction
from tgdfer_mm.video.faces import FaceDetector, build_detector
from tgdfer_mm.video.reading import open_source
from tgdfer_mm.video.settings import VideoSettings

from .scenes import Box, Scene

Faces = list[dict[int, Box]]


def follow(
    scene: Scene,
    settings: VideoSettings,
    detector: FaceDetector | Callable | str = 'dlib',
) -> tuple[Faces, Faces]:
    """Reads a scene with the package's detector and tracker.

    Returns:
        For each frame the true faces by person, and those found by track.
    """
    drawn = list(scene.frames())
    with open_source([picture for picture, _ in drawn], scene.fps) as source:
        analysis = Analysis(
            source, build_detector(detector), _nothing, ['nothing'], settings
        )
        analysis.run()
    found: Faces = [{} for _ in drawn]
    for track in analysis.tracks():
        frames = track['frames']
        for index, box in zip(frames['index'], frames['box'], strict=True):
            found[index][track['id']] = tuple(box)
    return [faces for _, faces in drawn], found


def parse_seeds(text: str) -> list[int]:
    """``0-19`` or ``3``."""
    first, _, last = text.partition('-')
    return list(range(int(first), int(last or first) + 1))


def _nothing(windows: list) -> list[Prediction]:
    return [Prediction(np.ones(1), None, None) for _ in windows]
