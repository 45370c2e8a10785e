"""Checks of the result of an odd video."""

import json
import math
from pathlib import Path

from .odd_videos import OddVideo, count_frames, is_shown

DOCUMENTED = (0, 3, 4)  # exit codes that a single video can lead to
# Formats without a length: a cut between two of their units leaves no trace.
UNMARKED = ('ts', 'mpg', 'h264', 'm4v')
UNFRAMED = ('h264', 'm4v', 'nut')  # junk behind such a file counts as damage inside it


def judge(video: OddVideo, code: int, text: str, out: Path) -> list[str]:
    """The faults of a result, each a kind and its facts; empty if there are none.

    Args:
        video: The video.
        code: The exit code.
        text: The whole output.
        out: Folder of the written files.
    """
    wrong = []
    if 'Traceback' in text:
        wrong.append(f'traceback: {text.strip().splitlines()[-1]}')
    if code not in DOCUMENTED:
        wrong.append(f'exit code: {code}')
    if video.expect is not None:
        if code != video.expect:
            wrong.append(f'exit code: {code} instead of {video.expect}')
        return wrong
    results = list(out.rglob('result.json'))
    if not results:
        if video.frames > (2 if video.damage else 0) and is_shown(video.path):
            last = text.strip().splitlines()[-1] if text.strip() else ''
            wrong.append(f'not read: FFmpeg decodes {video.frames} frames ({last})')
        return wrong
    result = json.loads(results[0].read_text(encoding='utf-8'))
    return (
        wrong
        + _frames(video, code, result)
        + _times(result)
        + _files(video, result, out)
    )


def _frames(video: OddVideo, code: int, result: dict) -> list[str]:
    wrong, source = [], result['source']
    read, complete = source['frames'], result['complete']
    # Versions of a decoder treat damage differently.
    spare = max(2, video.frames // 20) if video.damage else 0
    most = max(video.whole, video.frames) if video.damage else video.frames
    if not video.frames - spare <= read <= most + spare:
        wrong.append(f'frames: {read}, FFmpeg decodes {video.frames}')
    if complete != (code == 0):
        wrong.append(f'exit code: {code} with complete {complete}')
    cut, kind = video.damage.startswith('cut'), video.path.suffix[1:]
    if complete and cut and read < video.whole:
        name = 'not told by its format' if kind in UNMARKED else 'wrong complete'
        wrong.append(f'{name}: {read} of {video.whole} frames')
    if not complete and not video.damage:
        wrong.append(f'wrong complete: false for a whole file {result["warnings"]}')
    junk = video.damage == 'junk behind it' and kind not in UNFRAMED
    if not complete and junk and read == video.whole:
        wrong.append(f'false alarm: junk behind a whole file {result["warnings"]}')
    size = source['width'], source['height']
    if video.size is not None and not _close(size, video.size) and not video.damage:
        wrong.append(f'size: {size}, displayed are {video.size}')
    return wrong


def _close(ours: tuple, theirs: tuple) -> bool:
    return all(abs(a - b) <= 1 for a, b in zip(ours, theirs, strict=True))


def _times(result: dict) -> list[str]:
    wrong, source = [], result['source']
    for track in result['tracks']:
        times = track['frames']['time']
        if any(b <= a for a, b in zip(times, times[1:], strict=False)):
            wrong.append('times: they do not ascend')
        if any(i['end'] > track['end'] for i in track['intervals']):
            wrong.append('times: an interval ends after its track')
        if track['end'] > source['duration'] + 1e-3:
            wrong.append('times: a track ends after the video')
        for box in track['frames']['box']:
            if not all(math.isfinite(v) for v in box):
                wrong.append('boxes: not finite')
    return wrong


def _files(video: OddVideo, result: dict, out: Path) -> list[str]:
    films = list(out.rglob('annotated.mp4'))
    if not films:
        return ['annotated video: there is none']
    count = count_frames(films[0])
    if count != result['source']['frames']:
        return [f'annotated video: {count} frames of {result["source"]["frames"]}']
    return []
