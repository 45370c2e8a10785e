"""Camera cuts."""

import logging

import cv2

from .frames import Frame
from .optional_packages import need

_SIDE = 160  # pixels: enough to see a cut


class ShotDetector:
    """Finds the first frame of each new shot, with PySceneDetect.

    Its ContentDetector compares the hue, saturation and brightness of each frame with
    those of the frame before. Dissolves are not found: faces that overlap across a
    dissolve stay one track.

    Args:
        threshold: Mean difference that makes a cut, as in ContentDetector (whose
            default is 27); None finds no cuts.
        min_length: Smallest number of frames of a shot, so that a flash makes no cuts.
    """

    def __init__(self, threshold: float | None = 27.0, min_length: int = 5) -> None:
        self._detector = None
        if threshold is None:
            return
        scenedetect = need('scenedetect')
        logging.getLogger('pyscenedetect').setLevel(logging.WARNING)
        from scenedetect.detector import FlashFilter
        from scenedetect.detectors import ContentDetector

        self._detector = ContentDetector(
            threshold, min_length, filter_mode=FlashFilter.Mode.SUPPRESS
        )
        self._timecode = lambda index: scenedetect.FrameTimecode(index, 25.0)

    def __call__(self, frame: Frame) -> bool:
        """Whether a shot starts with this frame; call it with every frame."""
        if self._detector is None:
            return False
        picture = cv2.cvtColor(frame.small(_SIDE)[0], cv2.COLOR_RGB2BGR)
        timecode = self._timecode(frame.index)
        return bool(self._detector.process_frame(timecode, picture))
