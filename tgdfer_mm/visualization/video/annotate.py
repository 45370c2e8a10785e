"""Writes a copy of the video with marked faces and its sound."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from ...files import replacing
from ...video.frames import Frame
from ...video.opening import output_name
from ...video.optional_packages import need
from .marks import FaceMarker, caption
from .sound import add_sound
from .words import INTERVALS_SAID, model_note

TIME_BASE = Fraction(1, 90000)


class AnnotatedVideo:
    """Writes frames with marks, one after another, as H.264 in MP4.

    Times are those of the source, so a variable frame rate is kept. A strip above the
    picture has the notes that every output of the model needs. Below the picture the
    controls of a paused player would cover them. Only the frames that the encoder looks
    ahead are in memory.

    Args:
        result: A result of schema `tgdfer_mm.result/1`.
        path: File to write, without sound.

    Attributes:
        warnings: Sentences about faults of the sound, see :func:`annotated_video`.
    """

    def __init__(self, result: Mapping[str, Any], path: Path) -> None:
        self._av = need('av')
        self._result = result
        self._output = self._av.open(
            output_name(path), 'w', format='mp4', options={'movflags': 'faststart'}
        )
        self._video = self._marker = self._caption = None
        self._last = -1
        self.warnings: list[str] = []

    def add(self, frame: Frame) -> None:
        """Marks and writes a frame."""
        if self._video is None:
            self._open(frame)
        marked = self._marker.draw(frame.index, frame.rgb)
        picture = np.concatenate([self._caption, marked])
        height, width = picture.shape[:2]
        # The encoder halves the resolution of colours, so the sides must be even.
        if height % 2 or width % 2:
            picture = np.pad(
                picture, ((0, height % 2), (0, width % 2), (0, 0)), mode='edge'
            )
        coded = self._av.VideoFrame.from_ndarray(picture, format='rgb24')
        self._last = max(self._last + 1, round(frame.time / TIME_BASE))
        coded.pts, coded.time_base = self._last, TIME_BASE
        self._output.mux(self._video.encode(coded))

    def _open(self, frame: Frame) -> None:
        height, width = frame.rgb.shape[:2]
        self._marker = FaceMarker(self._result, frame.scale)
        model = self._result['model']
        said = [model_note(model)] if model['note'] else []
        size = max(9, round(0.75 * self._marker.font_size))
        self._caption = caption(' '.join([*said, INTERVALS_SAID]), width, size)
        height += len(self._caption)
        rate = Fraction(self._result['source']['fps'] or 25).limit_denominator(1001)
        self._video = self._output.add_stream('libx264', rate=rate or 1)
        self._video.width, self._video.height = width + width % 2, height + height % 2
        self._video.pix_fmt = 'yuv420p'
        self._video.time_base = self._video.codec_context.time_base = TIME_BASE
        # Only a few frames of look-ahead: at 1920 pixels each of them takes 3 MB.
        self._video.options = {'preset': 'veryfast', 'crf': '23', 'rc-lookahead': '10'}

    def finish(self) -> None:
        """Writes the last frames; without this the file is not complete."""
        if self._video is not None:
            self._output.mux(self._video.encode(None))

    def close(self) -> None:
        """Closes the file."""
        self._output.close()


@contextmanager
def annotated_video(
    result: Mapping[str, Any],
    path: Path,
    sound_of: Path | None = None,
    add_sound: Callable[[Path, Path, Path], str] = add_sound,
) -> Iterator[AnnotatedVideo]:
    """Gives a writer whose file is complete in the end; on an error there is no file.

    Args:
        result: A result of schema `tgdfer_mm.result/1`.
        path: File to write.
        sound_of: Video whose sound is added at the end, None for silence. If the sound
            is faulty, the pictures are still written, and the writer's `warnings` name
            the fault.
        add_sound: The function that adds it, see :func:`.sound.add_sound`.
    """
    with replacing(path) as temporary, ExitStack() as stack:
        pictures = temporary
        if sound_of is not None:
            pictures = temporary.with_suffix('.pictures')
            stack.callback(pictures.unlink, missing_ok=True)
        with closing(AnnotatedVideo(result, pictures)) as video:
            yield video
            video.finish()
        if sound_of is not None:
            problem = add_sound(pictures, sound_of, temporary)
            video.warnings += [problem] if problem else []
