"""From the time stamps of a file to the times of its frames, which always ascend."""

_BACK = 1.0  # seconds back from which another recording begins
_AHEAD = 3600.0  # no still lasts as long: the stamp is wrong
_REORDERED = 8  # frames that a codec stores in another order than that of showing


class FrameClock:
    """Gives each frame its time, counted from the first one.

    Times are the stamps' own as long as these ascend. A stamp that is missing, equal
    to the one before or a little earlier gives the usual step. Where stamps start anew,
    as in recordings that were joined, or leap ahead by more than an hour, the frames
    follow one another by the usual step and the later stamps are counted from there.

    Args:
        step: Usual seconds between frames.

    Attributes:
        restarts: How often the stamps started anew.
    """

    def __init__(self, step: float) -> None:
        self._step = step
        self._shift: float | None = None
        self._last = -step
        self.restarts = 0
        self._count = 0
        self._first_gap: int | None = None

    @property
    def holes_at_the_end(self) -> bool:
        """Whether frames are missing among the last ones, and nowhere before.

        A file that is cut lacks frames that are shown before others that it has.
        """
        if self._first_gap is None:
            return False
        return self._first_gap >= max(_REORDERED, self._count - _REORDERED)

    def __call__(self, stamp: float | None) -> float:
        """The time of the next frame, seconds; above that of the one before.

        Args:
            stamp: Its stamp in seconds, None if there is none.
        """
        time = next_time = self._last + self._step
        if stamp is not None:
            if self._shift is None:
                self._shift = next_time - stamp
            time = stamp + self._shift
            ahead = max(_AHEAD, 100 * self._step)
            if time < self._last - _BACK or time > self._last + ahead:
                self.restarts += 1
                self._shift += next_time - time
                time = next_time
        if time <= self._last:
            time = next_time
        if self._first_gap is None and time > next_time + self._step / 2:
            self._first_gap = self._count
        self._count += 1
        self._last = time
        return time
