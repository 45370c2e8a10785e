"""Times as every output writes and rounds them."""


def clock(seconds: float, total: float = 0.0) -> str:
    """Writes a time as 0:04.2, 12:04 or 1:02:04; with tenths if the video is short.

    Args:
        seconds: The time.
        total: Length of the whole video, seconds.
    """
    return clock_text(seconds, 1 if max(total, seconds) < 120 else 0)


def clock_text(seconds: float, digits: int) -> str:
    """Writes a time with the given number of digits after the second."""
    whole, rest = divmod(round(seconds * 10**digits), 10**digits)
    text = f'{whole % 60:02d}' + (f'.{rest}' if digits else '')
    minutes = whole // 60
    if minutes < 60:
        return f'{minutes}:{text}'
    return f'{minutes // 60}:{minutes % 60:02d}:{text}'
