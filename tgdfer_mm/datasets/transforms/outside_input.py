"""Clips from mmaction2's inference, which come without a data set."""

import os
from collections.abc import Sequence
from pathlib import Path


class FrameNames(list):
    """Names of frames in the form of a template for mmaction2's ``RawFrameDecode``."""

    def format(self, index: int) -> str:
        """The name of a frame, counted from 0."""
        return self[index]


def name_clip(results: dict) -> None:
    """Adds a clip's name, and the folder of its frames, if they are missing.

    mmaction2's ``inference_recognizer`` gives the path of a video file or a folder as
    ``filename``; its inferencers give ``frame_dir``, ``filename`` or ``array``.
    """
    if 'clip' in results:
        return
    place = results.get('frame_dir') or results.get('filename')
    results['clip'] = Path(place).stem if place else 'array'
    if 'frame_dir' not in results and place and os.path.isdir(place):
        results['frame_dir'] = place


def is_opened(results: dict) -> bool:
    """Tells whether mmaction2's inferencer has put its own reader before ours."""
    return 'video_reader' in results or 'array' in results


def name_frames(results: dict, files: Sequence[str]) -> None:
    """Lets mmaction2's ``RawFrameDecode`` find the frames of a folder.

    mmaction2's inferencer replaces our reader by it. It counts from 1 and knows only
    one kind of name; this template has the names themselves, from 0, as in the
    sampling.
    """
    names = FrameNames(os.path.basename(file) for file in files)
    results.update(filename_tmpl=names, offset=0)
