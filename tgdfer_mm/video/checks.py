"""Numbers that a user gives, looked at before they are used."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from numbers import Integral, Real
from typing import Any

from .errors import UsageError


@dataclass(frozen=True)
class Number:
    """Which numbers a setting may be.

    Attributes:
        least: The smallest one.
        most: The largest one.
        above: What it has to be larger than.
        whole: No fractions.
        none: None is allowed too.
    """

    least: float = -math.inf
    most: float = math.inf
    above: float = -math.inf
    whole: bool = False
    none: bool = False

    def __str__(self) -> str:
        parts = ['a whole number' if self.whole else 'a number']
        if math.isfinite(self.above):
            parts.append(f'above {self.above:,.10g}')
        if math.isfinite(self.least):
            parts.append(f'of at least {self.least:,.10g}')
        if math.isfinite(self.most):
            parts.append(f'of at most {self.most:,.10g}')
        if len(parts) == 3:
            parts.insert(2, 'and')
        return ' '.join(parts) + (', or None' if self.none else '')

    def check(self, name: str, value: Any) -> Any:
        """Gives a value as a plain number of Python.

        Args:
            name: Of the setting, for the message.
            value: What the user gave; numbers of NumPy are numbers, truth values and
                texts are none.

        Returns:
            An int or a float; None where it is allowed.

        Raises:
            UsageError: It is not allowed; the message says what is.
        """
        if value is None and self.none:
            return None
        # numpy.bool_ is no Integral, but bool is one.
        number = isinstance(value, Real) and not isinstance(value, bool)
        if number and self.whole:
            number = isinstance(value, Integral)
        if (
            not number
            or not math.isfinite(value)
            or not self.least <= value <= self.most
            or not value > self.above
        ):
            raise UsageError(f'{name}={value!r} must be {self}')
        return int(value) if isinstance(value, Integral) else float(value)


def check_numbers(settings: Any, prefix: str, allowed: Mapping[str, Number]) -> None:
    """Looks at fields of a frozen dataclass, and makes them plain numbers.

    Args:
        settings: The dataclass.
        prefix: Goes before the fields' names in a message, such as ``video.crop.``.
        allowed: What each field may be.

    Raises:
        UsageError: One is not allowed; the message names the field, its value and what
            is allowed.
    """
    for name, kind in allowed.items():
        value = kind.check(f'{prefix}{name}', getattr(settings, name))
        object.__setattr__(settings, name, value)
