"""Transforms that add the sound at the time of the sampled frames."""

from pathlib import Path

import numpy as np
from mmcv.transforms import BaseTransform

from ...clips.errors import DamagedClipError
from ...registry import TRANSFORMS
from ...sound.moments import MEASURES
from ...sound.reading import Sound, read_sound
from ...video.errors import InputError, UsageError
from .outside_input import is_opened


@TRANSFORMS.register_module()
class AttachSound(BaseTransform):
    """Adds features of the sound at each sampled frame [choice].

    ``SoundRecognizer`` with ``SoundFusionNeck`` reads it. Put it between
    ``SampleSegments`` and ``DecodeFrames`` (or ``DecodeVideo``); it also works with
    cached features.

    The frames of a clip are assumed to be evenly spaced over the duration of the
    pictures in the file with the sound: frame i of n, counted from 0, has the time (i +
    0.5) / n of it. So the frames of a folder must be all frames of that file, or evenly
    chosen ones.

    Required keys: ``clip``, ``frame_inds``, ``total_frames``. Optional keys: ``sound``,
    a :class:`~tgdfer_mm.sound.reading.Sound`, for example of a drawn clip, which is
    removed; ``audio`` and ``filename``, files with the clip's sound, in this order;
    ``num_valid``. Added keys: ``heard`` (T, C) float32, and ``heard_mask`` (T,), false
    where the sound is not known and in padding.

    Args:
        path: Pattern of the path of a clip's file with sound, in which ``{clip}`` is
            its name and ``{number}`` its name as a whole number, as in
            ``data/DFEW/Clip/original/{number}.mp4``. By default the data set gives the
            path.
        of: Kind of features: ``'log_mel'``, the spectrum within 0.1 s; or ``'voice'``,
            six values of the voiced interval.
        missing: Treatment of files without sound: ``'silence'``, the sound is not
            known; or ``'error'``.

    Raises:
        UsageError: If an argument is wrong; or a clip has no file with sound.
        DamagedClipError: If the file or its sound cannot be read.
    """

    def __init__(
        self, path: str | None = None, of: str = 'log_mel', missing: str = 'silence'
    ) -> None:
        if of not in MEASURES:
            raise UsageError(f'AttachSound.of={of!r}: give one of {list(MEASURES)}')
        if missing not in ('silence', 'error'):
            raise UsageError(
                f"AttachSound.missing={missing!r}: give 'silence' or 'error'"
            )
        self.path, self.of, self.missing = path, of, missing
        self._measure, self.channels = MEASURES[of]
        if path is not None:
            self._place('1')  # reports errors in it before any training

    def transform(self, results: dict) -> dict:
        inds = np.asarray(results['frame_inds'])
        sound = self._sound(results)
        if sound is None or not len(sound.samples):
            heard = np.zeros((len(inds), self.channels), np.float32)
            known = np.zeros(len(inds), bool)
        else:
            times = (inds + 0.5) / results['total_frames'] * sound.seconds
            heard, known = self._measure(sound, times)
            known[results.get('num_valid', len(inds)) :] = False
        results.update(heard=heard, heard_mask=known)
        return results

    def _sound(self, results: dict) -> Sound | None:
        clip, sound = results['clip'], results.pop('sound', None)
        if sound is not None:
            return sound
        path = self._place(clip) if self.path else None
        path = path or results.get('audio') or results.get('filename')
        if path is None:
            if is_opened(results):  # an array from mmaction2's inference
                return None
            raise UsageError(
                f'clip {clip!r} is a folder of frames: set AttachSound(path=...) to '
                "the file with its sound, or set media='videos' in the data set"
            )
        try:
            sound = read_sound(Path(path))
        except InputError as err:
            raise DamagedClipError(clip, str(err)) from err
        if sound is None and self.missing == 'error':
            raise UsageError(
                f'clip {clip!r}: {path} has no sound; name another file, or set '
                "AttachSound(missing='silence')"
            )
        return sound

    def _place(self, clip: str) -> str:
        try:
            number = int(clip) if '{number' in self.path else None
            return self.path.format(clip=clip, number=number)
        except (ValueError, KeyError, IndexError) as err:
            raise UsageError(
                f'AttachSound.path={self.path!r} does not fit clip {clip!r}: it may '
                'have {clip}, or {number} where names are whole numbers'
            ) from err

    def __repr__(self) -> str:
        return (
            f'{type(self).__name__}(path={self.path!r}, of={self.of!r}, '
            f'missing={self.missing!r})'
        )
