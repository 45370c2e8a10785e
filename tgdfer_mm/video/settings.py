"""What can be set when a video is read."""

from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any

from .crops import FaceCrop
from .errors import UsageError
from .intervals import IntervalRule
from .windows import WindowPlan


@dataclass(frozen=True)
class VideoSettings:
    """How faces, time and emotions are read off a video.

    A config says them in ``video``: ``crop``, ``window`` and ``intervals`` are those of
    :class:`FaceCrop`, :class:`WindowPlan` and :class:`IntervalRule`.

    Attributes:
        crop: What the model sees of a frame.
        window: How a track is cut into bags.
        intervals: When a stretch shows an emotion.
        every_seconds: From one look of the detector to the next; 0 looks at each frame.
        every: The detector looks at one frame of this many instead; None goes by time.
        max_gap: Longest gap in a track that is filled, seconds.
        min_overlap: Intersection over union that joins two boxes.
        min_track: Shorter tracks are left out, seconds; a warning counts them. A
            source that is itself shorter keeps all.
        cut: Threshold of the camera cuts, see ``ShotDetector``; None finds none.
        max_seconds: Stop reading there, None reads to the end.
    """

    crop: FaceCrop = field(default_factory=FaceCrop)
    window: WindowPlan = field(default_factory=WindowPlan)
    intervals: IntervalRule = field(default_factory=IntervalRule)
    every_seconds: float = 0.2
    every: int | None = None
    max_gap: float = 1.0
    min_overlap: float = 0.3
    min_track: float = 0.3
    cut: float | None = 27.0
    max_seconds: float | None = None

    def __post_init__(self) -> None:
        if self.every is not None and (
            not isinstance(self.every, int) or self.every < 1
        ):
            raise UsageError(f'every={self.every!r} must be a whole number from 1')
        for name in ('every_seconds', 'max_gap', 'min_track'):
            if getattr(self, name) < 0:
                raise UsageError(f'{name}={getattr(self, name)} must not be negative')

    def updated(self, changes: dict[str, Any]) -> 'VideoSettings':
        """A copy with other values.

        Args:
            changes: By name; ``crop``, ``window`` and ``intervals`` may be dicts of
                those values that change.

        Raises:
            UsageError: There is no such setting.
        """
        known = {f.name for f in fields(self)}
        values = {}
        for name, value in changes.items():
            if name not in known:
                raise UsageError(
                    f'video.{name}: there is no such setting, only '
                    f'{", ".join(sorted(known))}'
                )
            part = getattr(self, name)
            if isinstance(value, dict) and name in ('crop', 'window', 'intervals'):
                try:
                    value = replace(part, **value)
                except TypeError as err:
                    own = ', '.join(f.name for f in fields(part))
                    raise UsageError(
                        f'video.{name}: {sorted(value)}, but there is only {own}'
                    ) from err
            values[name] = value
        return replace(self, **values)

    def nested(self) -> dict:
        """As :meth:`updated` takes them, plain data."""
        return asdict(self)

    def asdict(self) -> dict:
        """As the ``settings`` of a result: flat plain data."""
        own = asdict(self)
        for part in ('crop', 'window', 'intervals'):
            del own[part]
        crop, window = self.crop.asdict(), asdict(self.window)
        return dict(
            window=window['seconds'],
            stride=window['stride'],
            frames=window['frames'],
            short_clip=window['short_clip'],
            **crop,
            **own,
            intervals=self.intervals.asdict(),
        )
