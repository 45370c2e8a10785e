"""Formats of other projects' checkpoints: data files with the mapping of names.

A format is a JSON file in ``known_formats/``. Patterns are regular expressions for
whole names, and the first one that fits is used:

* ``target``: the module that the weights fill, see :mod:`tgdfer_mm.convert.targets`,
* ``signature``: patterns that every file of the format contains,
* ``absent``: patterns that no file of the format contains,
* ``rules``: pairs of a pattern and our name,
* ``copies``: pairs of a pattern and the name in the file with the same values,
* ``unused``: pairs of a pattern and the reason why it is not used,
* ``class_axes``: our names that have an axis of classes, and the index of that axis,
* ``class_orders``: the order of the classes by the data set's name, see
  :func:`tgdfer_mm.convert.class_order.parse_order`,
* ``texts``: the places of the class texts, see :mod:`tgdfer_mm.convert.prompts`,
* ``class_token``: the only supported place of a class's words among the contexts; files
  do not state theirs,
* ``sizes``: our keys of the config, each with a pattern, the axis of that tensor (null
  counts the layers that the pattern finds), the addition to its length, and, if it is a
  total, the key of the number by which it is divided,
* ``temperature``: our key of it, and the name of the logarithm of its inverse,
* ``words``: the text tower's embedding table, from which the rows of the config's texts
  are taken,
* ``cut``: our names for which the file has more rows than needed,
* ``quick_gelu``: a name whose presence means that the towers have this activation,
* ``fresh``: patterns of our names that no file has, because only training needs them or
  the model computes them; they keep their initial values,
* ``elsewhere``: our part whose weights are in another file, which the config names,
* ``unstated``: pairs of a fact that no file states and the config's key for it.
"""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import torch
from torch import Tensor

from .errors import ConvertError

_FOLDER = Path(__file__).parent / 'known_formats'


@dataclass(frozen=True)
class Format:
    """A format, read from its data file; see the module."""

    key: str
    name: str
    source: str
    target: str
    signature: list[str]
    rules: list[list[str]]
    absent: list[str] = field(default_factory=list)
    fresh: list[str] = field(default_factory=list)
    elsewhere: str | None = None
    copies: list[list[str]] = field(default_factory=list)
    unused: list[list[str]] = field(default_factory=list)
    class_axes: dict[str, int] = field(default_factory=dict)
    class_orders: dict[str, str] = field(default_factory=dict)
    texts: dict[str, str] | None = None
    class_token: str | None = None
    sizes: list[list] = field(default_factory=list)
    temperature: list[str] | None = None
    words: str | None = None
    cut: list[str] = field(default_factory=list)
    quick_gelu: str | None = None
    unstated: list[list[str]] = field(default_factory=list)

    def fits(self, names: Iterable[str]) -> bool:
        """Tells whether a file with these names has the format."""
        names = list(names)
        there = [any(re.fullmatch(s, n) for n in names) for s in self.signature]
        return all(there) and not any(
            re.fullmatch(a, n) for a in self.absent for n in names
        )


@dataclass
class Renamed:
    """The tensors of a file under our names, and the result for the others.

    Attributes:
        origin: Our name to the file's name.
        copies: Names of tensors that are copies of others.
        unused: Name to the reason why it is not used.
        unexpected: Names that the format does not know.
    """

    origin: dict[str, str] = field(default_factory=dict)
    copies: list[str] = field(default_factory=list)
    unused: dict[str, str] = field(default_factory=dict)
    unexpected: list[str] = field(default_factory=list)


def format_keys() -> list[str]:
    """The known formats, by the names of their files."""
    return sorted(path.stem for path in _FOLDER.glob('*.json'))


def load_format(key: str) -> Format:
    """Reads a format.

    Raises:
        ValueError: If there is no such format.
    """
    path = _FOLDER / f'{key}.json'
    if not path.is_file():
        raise ConvertError(f'format={key!r} is unknown; use one of {format_keys()}.')
    return Format(key=key, **json.loads(path.read_text(encoding='utf-8')))


def find_format(names: Iterable[str], where: str | Path) -> Format:
    """Recognises the format by the names in a file.

    Args:
        names: Names of the tensors in a file.
        where: The file, for errors.

    Raises:
        ValueError: If no format fits, or several fit.
    """
    names = list(names)
    fitting = [f for f in map(load_format, format_keys()) if f.fits(names)]
    if len(fitting) == 1:
        return fitting[0]
    found = ', '.join(f.key for f in fitting) or 'none'
    raise ConvertError(
        f'{where}: of the formats {format_keys()}, {found} fit its names, such as '
        f'{", ".join(names[:3])}; name the format with --format, or add a file to '
        f'{_FOLDER.name}/.'
    )


def rename(state: Mapping[str, Tensor], form: Format) -> Renamed:
    """Assigns every tensor of a file to its place in a format.

    Raises:
        ValueError: If two tensors get one name, or a copy differs from its original.
    """
    done = Renamed()
    for name, value in state.items():
        if (twin := _first(form.copies, name)) is not None:
            if twin not in state or not torch.equal(value, state[twin]):
                raise ConvertError(
                    f'{name} should be a copy of {twin}, but that is absent or has '
                    f'other values: the file does not have the format {form.key!r}.'
                )
            done.copies.append(name)
        elif (why := _first(form.unused, name)) is not None:
            done.unused[name] = why
        elif (ours := _first(form.rules, name)) is None:
            done.unexpected.append(name)
        elif ours in done.origin:
            raise ConvertError(f'{done.origin[ours]} and {name} both become {ours}.')
        else:
            done.origin[ours] = name
    return done


def _first(pairs: list[list[str]], name: str) -> str | None:
    for pattern, template in pairs:
        if found := re.fullmatch(pattern, name):
            return found.expand(template)
    return None
