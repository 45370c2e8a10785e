"""The settings for reading a video."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any

from .checks import Number, check_numbers
from .crops import FaceCrop
from .errors import UsageError
from .frames import MAX_PIXELS, MOST_PIXELS
from .intervals import IntervalRule
from .windows import WindowPlan

_NUMBERS = dict(
    every_seconds=Number(least=0),
    every=Number(least=1, whole=True, none=True),
    max_gap=Number(least=0),
    min_overlap=Number(least=0, most=1),
    min_track=Number(least=0),
    cut=Number(least=0, none=True),
    max_seconds=Number(above=0, none=True),
    max_frames=Number(least=1, whole=True, none=True),
    max_pixels=Number(least=1, most=MOST_PIXELS, whole=True),
)
_PARTS = dict(crop=FaceCrop, window=WindowPlan, intervals=IntervalRule)


@dataclass(frozen=True)
class VideoSettings:
    """Settings for the faces, the windows and the intervals of a video.

    A config states them in ``video``: ``crop``, ``window`` and ``intervals`` are those
    of :class:`FaceCrop`, :class:`WindowPlan` and :class:`IntervalRule`.

    Attributes:
        crop: The crop of a face that the model gets.
        window: The rule that cuts a track into bags.
        intervals: The rule for intervals of an emotion.
        every_seconds: Seconds from one detection to the next; 0 detects in each frame.
        every: Detect in every n-th frame instead; None uses `every_seconds`.
        max_gap: Longest gap in a track that is filled, seconds.
        min_overlap: Smallest intersection over union that joins two boxes.
        min_track: Shortest track, seconds. Shorter tracks are left out, and a warning
            counts them. If the source itself is shorter, all tracks are kept.
        cut: Threshold of camera cuts, see ``ShotDetector``; None looks for no cuts.
        max_seconds: Seconds after which reading stops; None reads to the end.
        max_frames: Largest number of frames that are read; of a longer source the rest
            is not read. None sets no limit.
        max_pixels: Largest number of pixels of a frame; a source with larger frames is
            refused.
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
    max_frames: int | None = 1_000_000
    max_pixels: int = MAX_PIXELS

    def __post_init__(self) -> None:
        check_numbers(self, 'video.', _NUMBERS)
        for name, kind in _PARTS.items():
            if not isinstance(getattr(self, name), kind):
                own = ', '.join(f.name for f in fields(kind))
                raise UsageError(
                    f'video.{name}={getattr(self, name)!r} must be a dict of those of '
                    f'{own} that change, or a {kind.__name__}'
                )

    def updated(self, changes: dict[str, Any]) -> 'VideoSettings':
        """A copy with other values.

        Args:
            changes: New values by their names; ``crop``, ``window`` and ``intervals``
                may be dicts of only the values that change.

        Raises:
            UsageError: There is no such setting, or a value is not allowed.
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
            if isinstance(value, Mapping) and name in _PARTS:
                own = [f.name for f in fields(part)]
                other = sorted(str(key) for key in value if key not in own)
                if other:
                    raise UsageError(
                        f'video.{name}: {other}, but there is only {", ".join(own)}'
                    )
                value = replace(part, **value)
            values[name] = value
        return replace(self, **values)

    def nested(self) -> dict:
        """The settings as plain data, as :meth:`updated` takes them."""
        return asdict(self)

    def asdict(self) -> dict:
        """The settings as flat plain data, for the ``settings`` of a result."""
        own = asdict(self)
        for part in _PARTS:
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
