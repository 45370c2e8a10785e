"""Ways in which a file can be damaged, each drawn from a seeded generator."""

import random
from collections.abc import Callable

Damage = Callable[[bytes, random.Random], bytes]


def damages(is_text: bool) -> dict[str, Damage]:
    """The ways to damage a kind of file, by name.

    Args:
        is_text: True if people may open it in an editor.
    """
    found: dict[str, Damage] = {
        f'cut at {tenth} tenths': lambda data, rng, t=tenth: data[: len(data) * t // 10]
        for tenth in range(10)
    }
    found |= {
        'a byte less': lambda data, rng: data[:-1],
        'zeros': _zeros,
        'half of it zeros': lambda data, rng: (
            data[: len(data) // 2] + bytes(len(data) - len(data) // 2)
        ),
        'a bit flipped': _flipped,
        'eight bits flipped': lambda data, rng: _times(8, _flipped, data, rng),
        'two blocks exchanged': _exchanged,
        'junk at the end': lambda data, rng: data + rng.randbytes(300),
        'junk at the front': lambda data, rng: rng.randbytes(30) + data,
        'text': lambda data, rng: b'this is no such file\n' * 20,
        'random bytes': lambda data, rng: rng.randbytes(len(data)),
        'a file of another kind': lambda data, rng: b'\x89PNG\r\n\x1a\n' + data,
    }
    if is_text:
        found |= {
            'a byte order mark': lambda data, rng: b'\xef\xbb\xbf' + data,
            'line ends of Windows': lambda data, rng: data.replace(b'\n', b'\r\n'),
            'UTF-16': lambda data, rng: data.decode().encode('utf-16'),
            'a number of 5,000 digits': lambda data, rng: _number(
                data, rng, b'9' * 5000
            ),
            'NaN': lambda data, rng: _number(data, rng, b'NaN'),
            'a negative number': lambda data, rng: _number(data, rng, b'-7'),
            'a huge exponent': lambda data, rng: _number(data, rng, b'1e999'),
            'an empty list': lambda data, rng: b'[]',
            'null': lambda data, rng: b'null',
            'a deep nest': lambda data, rng: b'[' * 100_000,
            'a version of the future': lambda data, rng: data.replace(b'/1"', b'/99"'),
            'a line twice': _twice,
        }
    return found


# These do not change the content of a file.
HARMLESS = ('a byte order mark', 'line ends of Windows')


def _times(count: int, damage: Damage, data: bytes, rng: random.Random) -> bytes:
    for _ in range(count):
        data = damage(data, rng)
    return data


def _flipped(data: bytes, rng: random.Random) -> bytes:
    place = rng.randrange(len(data)) if data else 0
    return (
        data[:place] + bytes([data[place] ^ 1 << rng.randrange(8)]) + data[place + 1 :]
    )


def _zeros(data: bytes, rng: random.Random) -> bytes:
    size = min(rng.choice((64, 4096, 65536)), len(data) // 3)
    place = rng.randrange(len(data) - size + 1)
    return data[:place] + bytes(size) + data[place + size :]


def _exchanged(data: bytes, rng: random.Random) -> bytes:
    size = max(1, min(512, len(data) // 4))
    first = rng.randrange(len(data) - 2 * size + 1)
    second = rng.randrange(first + size, len(data) - size + 1)
    return (
        data[:first]
        + data[second : second + size]
        + data[first + size : second]
        + data[first : first + size]
        + data[second + size :]
    )


def _number(data: bytes, rng: random.Random, number: bytes) -> bytes:
    """Changes one number of the text."""
    places = [i for i, byte in enumerate(data) if chr(byte).isdigit()]
    if not places:
        return data + number
    start = rng.choice(places)
    end = start
    while end < len(data) and chr(data[end]).isdigit():
        end += 1
    return data[:start] + number + data[end:]


def _twice(data: bytes, rng: random.Random) -> bytes:
    lines = data.splitlines(keepends=True)
    place = rng.randrange(len(lines))
    return b''.join([*lines[: place + 1], *lines[place:]])
