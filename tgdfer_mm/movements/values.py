"""Values of action units of a clip, frame by frame."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class UnitValues:
    """The measured values of one face in a clip.

    Attributes:
        units: Names of the units, (U,), such as ``AU12``.
        values: Values of each frame of the clip, from its first frame on, (F, U), from
            0 to 1. A missing measurement is NaN, not 0.
        seconds: The time of each frame, (F,), NaN if it is unknown; None if no time is
            known.
    """

    units: tuple[str, ...]
    values: np.ndarray
    seconds: np.ndarray | None = None

    def __len__(self) -> int:
        return len(self.values)

    @property
    def seen(self) -> np.ndarray:
        """Whether anything was measured in each frame, (F,)."""
        return np.isfinite(self.values).any(1)

    def of_frame(self, frame: int) -> dict[str, float]:
        """The measured units of a frame; none after the last measured frame."""
        if not 0 <= frame < len(self):
            return {}
        row = zip(self.units, self.values[frame].tolist(), strict=True)
        return {name: value for name, value in row if value == value}

    @classmethod
    def of_frames(cls, frames: Iterable[Mapping[str, float]]) -> 'UnitValues':
        """Values from one mapping for each frame.

        A unit that a frame lacks is 0, as in the generator.
        """
        frames = list(frames)
        units = tuple(dict.fromkeys(name for frame in frames for name in frame))
        rows = [[frame.get(name, 0.0) for name in units] for frame in frames]
        return cls(units, np.array(rows, np.float64).reshape(len(frames), len(units)))
