"""Turns the time stamps of a file into times of its frames, which always ascend."""

_BACK = 1.0  # seconds: a larger step back means that another recording begins
_AHEAD = 3600.0  # seconds: a larger step ahead means that the stamp is wrong
_REORDERED = 8  # largest number of frames that a codec stores out of order


class FrameClock:
    """Gives each frame its time, counted from the first one.

    As long as the stamps ascend, they give the times. If a stamp is missing, equal to
    the one before or a little earlier, the time advances by the usual step. Stamps may
    start again from zero, as in joined recordings, or jump ahead by more than an hour.
    The time then also advances by the usual step, and later stamps are counted from
    there.

    Args:
        step: Usual time between frames, seconds.

    Attributes:
        restarts: Number of times that the stamps started again or jumped.
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
        """Whether frames are missing among the last frames, and only there.

        A file that was cut off lacks frames that are shown before some of its last
        ones.
        """
        if self._first_gap is None:
            return False
        return self._first_gap >= max(_REORDERED, self._count - _REORDERED)

    def __call__(self, stamp: float | None) -> float:
        """The time of the next frame, seconds; larger than that of the frame before.

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
