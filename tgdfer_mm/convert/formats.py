"""Formats of other people's checkpoints: data files that say which name becomes which.

A format is a JSON file in ``known_formats/``. Patterns are regular expressions for
whole names, and the first that fits counts:

* ``target``: what the weights fill, see :mod:`tgdfer_mm.convert.targets`,
* ``signature``: each of these is in every file of the format,
* ``absent``: none of these is in a file that is to be taken for the format,
* ``rules``: pairs of a pattern and our name,
* ``copies``: pairs of a pattern and the name in the file that has the same values,
* ``unused``: pairs of a pattern and the reason why nothing takes it,
* ``class_axes``: our names that have an axis of classes, and which it is,
* ``class_orders``: the order of the classes by the data set's name, see
  :func:`tgdfer_mm.convert.class_order.parse_order`,
* ``texts``: where the classes' texts are, see :mod:`tgdfer_mm.convert.prompts`,
* ``class_token``: the only place of a class's words among the contexts that is built
  here; the file does not say its own,
* ``sizes``: our keys of the config, each with a pattern, the axis of that tensor (null
  counts the layers that the pattern finds), what is added to its length, and, if it is
  a number for all of something, the key of how many those are,
* ``temperature``: our key of it, and the name of the logarithm of its inverse,
* ``words``: the text tower's table, of which the rows of the config's texts are taken,
* ``cut``: our names of which the file has more rows than are needed,
* ``quick_gelu``: a name whose presence says that the towers have this activation,
* ``fresh``: patterns of our names that no file has, since only training needs them or
  the model computes them; they keep their start,
* ``elsewhere``: our part whose weights lie in another file, which the config names,
* ``unstated``: pairs of what no file says and the config's key that does.
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
    """One of the data files; see the module."""

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
        """Whether these are the names of such a file."""
        names = list(names)
        there = [any(re.fullmatch(s, n) for n in names) for s in self.signature]
        return all(there) and not any(
            re.fullmatch(a, n) for a in self.absent for n in names
        )


@dataclass
class Renamed:
    """The tensors of a file under our names, and what became of the others.

    Attributes:
        origin: Our name -> the file's.
        copies: Names of tensors that are there twice.
        unused: Name -> why nothing takes it.
        unexpected: Names that the format does not know.
    """

    origin: dict[str, str] = field(default_factory=dict)
    copies: list[str] = field(default_factory=list)
    unused: dict[str, str] = field(default_factory=dict)
    unexpected: list[str] = field(default_factory=list)


def format_keys() -> list[str]:
    """The formats that are known, by the names of their files."""
    return sorted(path.stem for path in _FOLDER.glob('*.json'))


def load_format(key: str) -> Format:
    """Reads a format.

    Raises:
        ValueError: If there is no such format.
    """
    path = _FOLDER / f'{key}.json'
    if not path.is_file():
        raise ConvertError(f'format={key!r} is unknown; there are {format_keys()}.')
    return Format(key=key, **json.loads(path.read_text(encoding='utf-8')))


def find_format(names: Iterable[str], where: str | Path) -> Format:
    """The format that has such names.

    Args:
        names: Of the tensors in a file.
        where: The file, for the message.

    Raises:
        ValueError: If none fits, or several.
    """
    names = list(names)
    fitting = [f for f in map(load_format, format_keys()) if f.fits(names)]
    if len(fitting) == 1:
        return fitting[0]
    found = ', '.join(f.key for f in fitting) or 'none'
    raise ConvertError(
        f'{where}: of the formats {format_keys()}, {found} fit its names, such as '
        f'{", ".join(names[:3])}; state which it is by --format, or add a file to '
        f'{_FOLDER.name}/.'
    )


def rename(state: Mapping[str, Tensor], form: Format) -> Renamed:
    """Gives every tensor of a file its place in a format.

    Raises:
        ValueError: If two tensors get one name, or a copy differs from its original.
    """
    done = Renamed()
    for name, value in state.items():
        if (twin := _first(form.copies, name)) is not None:
            if twin not in state or not torch.equal(value, state[twin]):
                raise ConvertError(
                    f'{name} should be a copy of {twin}, but that is absent or has '
                    f'other values: the file is not of the format {form.key!r}.'
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
