"""Times of the pieces of sound, corrected if their time stamps are wrong."""


class SoundClock:
    """Gives each piece of sound its time, which always ascends.

    A stamp is replaced if it is missing, or not above the one before, as in joined
    recordings. The sound then goes on without a gap, and later stamps are counted from
    there.

    Args:
        start: Seconds, in the time of the stamps, from which times are counted.

    Attributes:
        missing: Number of missing stamps.
        joints: Number of stamps that did not ascend.
        damaged: Number of pieces that cannot be read; the reader of the sound counts
            them.
    """

    _AHEAD = 3600.0  # seconds; a longer gap is not silence: the stamp is wrong

    def __init__(self, start: float = 0.0) -> None:
        self._shift = -start
        self._last, self._next = float('-inf'), 0.0
        self.missing = self.joints = self.damaged = 0

    def __call__(self, stamp: float | None, length: float) -> float:
        """The time of the next piece, seconds.

        Args:
            stamp: Its stamp, seconds; None if there is none.
            length: Length of the piece, seconds.
        """
        time = self._next
        if stamp is not None:
            time = stamp + self._shift
            soonest = self._last + (self._next - self._last) / 4
            if time <= max(self._last, soonest) or time > self._next + self._AHEAD:
                self._shift += self._next - time
                self.joints += 1
                time = self._next
        else:
            self.missing += 1
        self._last, self._next = time, time + length
        return time

    def problem(self) -> str:
        """Sentences about the faults; empty if there are none."""
        said = []
        # The last pieces of a decoder have no stamp.
        wrong = self.joints + (self.missing if self.missing > 1 else 0)
        if wrong:
            said.append(
                f'{wrong} time stamps of the sound are missing or do not ascend: '
                'there it goes on without a gap'
            )
        if self.damaged:
            said.append(f'{self.damaged} pieces of the sound are damaged and left out')
        return '; '.join(said)
