"""Checks of the numbers that a user gives."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from numbers import Integral, Real
from typing import Any

from .errors import UsageError


@dataclass(frozen=True)
class Number:
    """The numbers that a setting may have.

    Attributes:
        least: The smallest one.
        most: The largest one.
        above: A number that it must be larger than.
        whole: Whether it must be a whole number.
        none: Whether None is allowed too.
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
            name: Name of the setting, for the message.
            value: The user's value. Numbers of NumPy are accepted; truth values and
                texts are refused.

        Returns:
            An int or a float; None where it is allowed.

        Raises:
            UsageError: The value is not allowed. The message says which values are.
        """
        if value is None and self.none:
            return None
        # numpy.bool_ is not an Integral, but bool is.
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
    """Checks fields of a frozen dataclass, and makes them plain numbers.

    Args:
        settings: The dataclass.
        prefix: Goes before the fields' names in a message, such as ``video.crop.``.
        allowed: The allowed numbers of each field.

    Raises:
        UsageError: A value is not allowed. The message names the field, its value and
            the allowed values.
    """
    for name, kind in allowed.items():
        value = kind.check(f'{prefix}{name}', getattr(settings, name))
        object.__setattr__(settings, name, value)
