"""Settings of face clips, which ``faces.json`` next to the clips records."""

import json
from dataclasses import dataclass, field
from hashlib import sha256

from ....video.checks import Number
from ....video.errors import UsageError
from ....video.faces import FaceDetector, build_detector
from ....video.settings import VideoSettings

SCHEMA = 'tgdfer_mm.faces/1'
TRACKS = ('largest', 'all')
QUALITY = 95  # quality of the JPEG files
_FPS = Number(least=0.001, most=100_000)
# Video settings that change the faces; windows and intervals belong to the model.
_OF_FACES = ('every_seconds', 'every', 'max_gap', 'min_overlap', 'min_track', 'cut')
_LIMITS = ('max_seconds', 'max_frames', 'max_pixels')


@dataclass(frozen=True)
class ClipSettings:
    """Settings of one command for all its videos.

    Attributes:
        faces: Detector, as :func:`~tgdfer_mm.video.faces.build_detector` takes it.
        video: Settings of crop and tracking; windows and intervals have no effect.
        tracks: ``largest``: the track of each video with the largest face area over
            time; ``all``: every track.
        fps: Frame rate of the pictures in a folder, frames per second.
    """

    faces: str | dict | FaceDetector = 'dlib'
    video: VideoSettings = field(default_factory=VideoSettings)
    tracks: str = 'largest'
    fps: float = 25.0

    def __post_init__(self) -> None:
        if self.tracks not in TRACKS:
            raise UsageError(f'--tracks {self.tracks}: must be one of {TRACKS}')
        object.__setattr__(self, 'fps', _FPS.check('--fps', self.fps))

    def about(self) -> dict:
        """The content of ``faces.json``, plain data.

        Raises:
            VideoError: If the detector cannot be made.
        """
        nested = self.video.nested()
        own = dict(
            detector=build_detector(self.faces).describe(),
            video=dict(
                crop=self.video.crop.asdict(), **{k: nested[k] for k in _OF_FACES}
            ),
            limits={k: nested[k] for k in _LIMITS},
            tracks=self.tracks,
            fps=self.fps,
            quality=QUALITY,
        )
        digest = sha256(json.dumps(own, sort_keys=True).encode()).hexdigest()
        return dict(schema=SCHEMA, pixel_version=f'faces-{digest[:12]}', **own)


def differences(known: dict, asked: dict) -> list[str]:
    """Phrases with the differences between two contents of ``faces.json``."""
    old, new = _flat(known), _flat(asked)
    keys = [k for k in {**old, **new} if k not in ('schema', 'pixel_version')]
    return [
        f'{key}={old.get(key)!r} (now {new.get(key)!r})'
        for key in keys
        if old.get(key) != new.get(key)
    ]


def _flat(content: dict, prefix: str = '') -> dict:
    flat = {}
    for key, value in content.items():
        if isinstance(value, dict):
            flat |= _flat(value, f'{prefix}{key}.')
        else:
            flat[f'{prefix}{key}'] = value
    return flat
