"""All pictures of a result, in one pass over its video."""

from collections.abc import Callable, Mapping
from io import BytesIO
from pathlib import Path
from typing import Any

from ...files import replacing, write_text
from ...video.reading import Source, open_source
from .annotate import annotated_video
from .report import render_report
from .thumbnails import ThumbnailCollector
from .timeline import NARROW, WIDE, draw_timeline

ANNOTATED_NAME = 'annotated.mp4'
_DOTS = {WIDE: 120, NARROW: 170}  # an inch


def write_all(
    result: Mapping[str, Any],
    video_path: str | Path,
    out_dir: str | Path,
    progress: Callable[[float], None] | None = None,
) -> list[Path]:
    """Writes the annotated video, and a timeline and a page for each track.

    The video is read once more, frame by frame; memory does not grow with its length.
    Each file is there completely or not at all.

    Args:
        result: A result of schema `tgdfer_mm.result/1`.
        video_path: The video, or folder of pictures, that it is of.
        out_dir: Gets `annotated.mp4`, `track<id>.png` and `track<id>.html`.
        progress: Called with the share done, 0 to 1; what it raises ends the work.

    Returns:
        The files.

    Raises:
        OSError: The video cannot be read any more, or a file cannot be written; those
            before it are kept.
    """
    out_dir, report = Path(out_dir), progress or (lambda share: None)
    thumbnails = ThumbnailCollector(result)
    tracks, frames = result['tracks'], max(1, result['source']['frames'])
    for_video = frames / (frames + 25 * len(tracks))  # a track takes as long as 25
    files = [out_dir / ANNOTATED_NAME]
    with open_source(video_path, result['source']['fps']) as source:
        sound_of = Path(video_path) if source.info.has_audio else None
        with annotated_video(result, files[0], sound_of) as video:
            for done, frame in enumerate(_read(source, result)):
                thumbnails.add(frame)
                video.add(frame)
                report(for_video * done / frames)
    for done, track in enumerate(tracks):
        report(for_video + (1 - for_video) * done / len(tracks))
        files += _write_track(result, track, thumbnails, out_dir)
    report(1.0)
    return files


def _read(source: Source, result: Mapping[str, Any]):
    """The frames that the result knows: it may have stopped before the end."""
    last = result['source']['frames']
    for count, frame in enumerate(source):
        if count == last:
            return
        yield frame


def _write_track(result, track, thumbnails: ThumbnailCollector, out_dir: Path):
    pictures = thumbnails.pictures[track['id']]
    drawn = {}
    for width, dots in _DOTS.items():
        file = BytesIO()
        figure = draw_timeline(result, track, pictures, width)
        figure.savefig(file, format='png', dpi=dots)
        drawn[width] = file.getvalue()
    picture = out_dir / f'track{track["id"]}.png'
    with replacing(picture) as temporary:
        temporary.write_bytes(drawn[WIDE])
    page = out_dir / f'track{track["id"]}.html'
    write_text(page, render_report(result, track, drawn[WIDE], drawn[NARROW], pictures))
    return [picture, page]
