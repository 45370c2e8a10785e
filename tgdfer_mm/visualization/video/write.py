"""Writes all pictures of a result, in one pass over its video."""

import logging
from collections.abc import Callable, Iterator, Mapping
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from mmengine.logging import print_log
from PIL import Image

from ...files import replacing, write_text
from ...video.frames import MAX_PIXELS, Frame, Source
from ...video.reading import open_source
from .annotate import annotated_video
from .html_page import render_report
from .sound import add_sound
from .thumbnails import ThumbnailCollector
from .timeline import NARROW, WIDE, draw_timeline

ANNOTATED_NAME = 'annotated.mp4'


def write_all(
    result: Mapping[str, Any],
    video: str | Path | Source,
    out_dir: str | Path,
    progress: Callable[[float], None] | None = None,
    narrow: bool = False,
    add_sound: Callable[[Path, Path, Path], str] = add_sound,
) -> list[Path]:
    """Writes the annotated video, and a timeline and a page for each track.

    The video is read a second time, frame by frame, so memory does not grow with its
    length. A file is there only if it is complete.

    Args:
        result: A result of schema `tgdfer_mm.result/1`.
        video: The video or folder of pictures of the result, or its source.
        out_dir: Gets `annotated.mp4`, `track<id>.png` and `track<id>.html`.
        progress: Is called with the finished share, 0 to 1. If it raises an error, the
            work ends.
        narrow: Also write each timeline as `track<id>_narrow.png`, for phones.
        add_sound: See :func:`annotated_video`.

    Returns:
        The files.

    Raises:
        OSError: The video cannot be read any more, or a file cannot be written. Files
            that were finished before are kept.
    """
    out_dir, report = Path(out_dir), progress or (lambda share: None)
    thumbnails = ThumbnailCollector(result)
    tracks, frames = result['tracks'], max(1, result['source']['frames'])
    # the pictures of a track take as long as 25 frames
    for_video = frames / (frames + 25 * len(tracks))
    files = [out_dir / ANNOTATED_NAME]
    most = result['settings'].get('max_pixels', MAX_PIXELS)
    with open_source(video, result['source']['fps'], most) as source:
        sound_of = Path(source.info.path) if source.info.has_audio else None
        with annotated_video(result, files[0], sound_of, add_sound) as annotated:
            for done, frame in enumerate(_read(source, result)):
                thumbnails.add(frame)
                annotated.add(frame)
                report(for_video * done / frames)
    for warning in annotated.warnings:
        print_log(f'{files[0]}: {warning}', 'current', logging.WARNING)
    result = {**result, 'warnings': [*result['warnings'], *annotated.warnings]}
    for done, track in enumerate(tracks):
        report(for_video + (1 - for_video) * done / len(tracks))
        files += _write_track(result, track, thumbnails, out_dir, narrow)
    report(1.0)
    return files


def _read(source: Source, result: Mapping[str, Any]) -> Iterator[Frame]:
    """The frames of the result, which may have stopped before the video's end."""
    last = result['source']['frames']
    for count, frame in enumerate(source):
        if count == last:
            return
        yield frame


def _write_track(
    result, track, thumbnails: ThumbnailCollector, out_dir: Path, narrow: bool
) -> list[Path]:
    pictures = thumbnails.pictures[track['id']]
    wide, slim = (
        _png(draw_timeline(result, track, pictures, width), dots)
        for width, dots in ((WIDE, 120), (NARROW, 170))
    )
    name = f'track{track["id"]}'
    files = {f'{name}.png': wide} | ({f'{name}_narrow.png': slim} if narrow else {})
    for file, content in files.items():
        with replacing(out_dir / file) as temporary:
            temporary.write_bytes(content)
    page = render_report(result, track, wide, slim, pictures)
    write_text(out_dir / f'{name}.html', page)
    return [out_dir / file for file in (*files, f'{name}.html')]


def _png(figure: Figure, dots: int) -> bytes:
    """Without transparency: half the time of `savefig`, and a slightly smaller file."""
    figure.set_dpi(dots)
    figure.canvas.draw()
    picture = Image.fromarray(np.asarray(figure.canvas.buffer_rgba())).convert('RGB')
    file = BytesIO()
    picture.save(file, format='png', compress_level=3, dpi=(dots, dots))
    return file.getvalue()
