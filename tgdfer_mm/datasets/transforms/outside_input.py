"""Clips that come from no data set of ours: mmaction2's inference gives them."""

import os
from collections.abc import Sequence
from pathlib import Path


class FrameNames(list):
    """Names of frames that mmaction2's ``RawFrameDecode`` takes for a template."""

    def format(self, index: int) -> str:
        """The name of a frame, counted from 0."""
        return self[index]


def name_clip(results: dict) -> None:
    """Gives a clip a name, and the folder of its frames, where they are not known.

    mmaction2's ``inference_recognizer`` gives a path as ``filename``, of a video file
    or of a folder; its inferencers give ``frame_dir``, ``filename`` or ``array``.
    """
    if 'clip' in results:
        return
    place = results.get('frame_dir') or results.get('filename')
    results['clip'] = Path(place).stem if place else 'array'
    if 'frame_dir' not in results and place and os.path.isdir(place):
        results['frame_dir'] = place


def is_opened(results: dict) -> bool:
    """Whether mmaction2's inferencer has put a reader of its own before ours."""
    return 'video_reader' in results or 'array' in results


def name_frames(results: dict, files: Sequence[str]) -> None:
    """Lets mmaction2's ``RawFrameDecode`` find the frames of a folder.

    Its inferencer puts that in our reader's place. It counts from 1 and knows names of
    one kind only; this one has the names themselves, from 0, as the sampling counts.
    """
    names = FrameNames(os.path.basename(file) for file in files)
    results.update(filename_tmpl=names, offset=0)
