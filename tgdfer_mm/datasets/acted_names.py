"""File names of acted recordings, and the recordings of each data set.

The files in ``acted/`` have the form of the names and the recordings of each actor.
"""

import json
import re
from collections.abc import Collection, Mapping
from fnmatch import translate
from functools import cache, cached_property
from itertools import product
from pathlib import Path

from .text_files import DataError

_FOLDER = Path(__file__).parent / 'acted'
_FIELD = re.compile(r'\{(\w+)\}')


class ActedNames:
    """The file names of a data set of acted recordings.

    Args:
        layout: File name in ``acted/`` without its ending, e.g. ``'cremad'``.

    Attributes:
        path: The file.
        facts: Content of the file.
        fields: Meaning of each code, by field, in the order of the names. Numbers mean
            themselves.
    """

    def __init__(self, layout: str) -> None:
        self.path = _FOLDER / f'{layout}.json'
        self.facts = json.loads(self.path.read_text(encoding='utf-8'))
        self.fields: dict[str, dict[str, str]] = {
            name: _numbers(*codes['numbers']) if 'numbers' in codes else codes
            for name, codes in self.facts['fields'].items()
        }
        self._order = _FIELD.findall(self.facts['name'])
        form = re.escape(self.facts['name'])
        for name in self._order:
            form = form.replace(re.escape(f'{{{name}}}'), f'(?P<{name}>[^-_/]+)')
        self._form = re.compile(form)

    @cached_property
    def recordings(self) -> dict[str, dict[str, str]]:
        """All recordings of the data set: name to code of each field.

        They are ordered by actor, then by the fields in the order of the file.
        """
        order = sorted(self._order, key=lambda field: field != 'actor')
        ranks = [{c: i for i, c in enumerate(self.fields[field])} for field in order]
        absent = re.compile('|'.join(map(translate, self.facts['absent'])) or r'(?!)')
        found = {}
        for take in self.facts['takes']:
            choices = {'actor': self.fields['actor'], **take}
            for each in product(*(choices[field] for field in order)):
                codes = dict(zip(order, each, strict=True))
                name = self.name(codes)
                if not absent.fullmatch(name):
                    place = [r[c] for r, c in zip(ranks, each, strict=True)]
                    found[name] = place, codes
        return {name: codes for name, (_, codes) in sorted(found.items(), key=_place)}

    def name(self, codes: Mapping[str, str]) -> str:
        """The name of a recording with the given code of each field."""
        return self.facts['name'].format(**codes)

    def read(self, name: str) -> dict[str, str]:
        """The code of each field in a name.

        Raises:
            DataError: If it is not a name of this data set; the message says which part
                is wrong.
        """
        match = self._form.fullmatch(name)
        if not match:
            shape = _FIELD.sub(r'<\1>', self.facts['name'])
            raise DataError(f'{name!r} is not a name of the form {shape}')
        codes = match.groupdict()
        for field, code in codes.items():
            if code not in self.fields[field]:
                known = list(self.fields[field])
                shown = ', '.join(known if len(known) < 13 else (known[0], '...'))
                last = f', {known[-1]}' if len(known) > 12 else ''
                raise DataError(
                    f'{name!r} has the {field} {code!r}, which is none of {shown}{last}'
                )
        return codes

    def words(self, codes: Mapping[str, str]) -> dict[str, str]:
        """Meaning of the code of each field."""
        return {field: self.fields[field][code] for field, code in codes.items()}

    @property
    def protocols(self) -> dict[str, dict]:
        """The protocols: the test actors of each fold, and their source."""
        return self.facts['protocols']

    def folds(self, protocol: str) -> list[set[str]]:
        """The actors that each fold of a protocol tests."""
        return [
            {actor for part in fold for actor in self._actors(part)}
            for fold in self.protocols[protocol]['folds']
        ]

    def _actors(self, part: str) -> Collection[str]:
        first, _, last = part.partition('-')
        return _numbers(first, last or first)

    def choose(
        self, protocol: str, keep: Mapping[str, Collection[str]] | None = None
    ) -> dict[str, dict[str, str]]:
        """The recordings of a protocol that are kept.

        Args:
            protocol: Its name.
            keep: Field to the codes of the recordings that are kept.

        Raises:
            DataError: If there is no such protocol, field or code.
        """
        if protocol not in self.protocols:
            raise DataError(
                f'{self.facts["dataset"]} has protocol in {list(self.protocols)}, not '
                f'{protocol!r}.'
            )
        for field, codes in (keep or {}).items():
            known = self.fields.get(field)
            if known is None or isinstance(codes, str) or not set(codes) <= set(known):
                raise DataError(
                    f'keep={{{field!r}: {codes!r}}}: {self.facts["dataset"]} has the '
                    f'fields {list(self.fields)}, each with a list of its codes, such '
                    f'as {list(known or self.fields["actor"])[:3]}.'
                )
        without = set(self.protocols[protocol].get('without', ()))
        return {
            name: codes
            for name, codes in self.recordings.items()
            if name not in without
            and all(codes[field] in some for field, some in (keep or {}).items())
        }


def _place(found: tuple[str, tuple[list[int], dict]]) -> list[int]:
    return found[1][0]


@cache
def acted_names(layout: str) -> ActedNames:
    """The names of a data set; the file is read once."""
    return ActedNames(layout)


def _numbers(first: int | str, last: int | str) -> dict[str, str]:
    """The numbers of a range; as text, all have as many digits as the first one."""
    width = len(first) if isinstance(first, str) else 0
    found = (f'{n:0{width}d}' for n in range(int(first), int(last) + 1))
    return {number: number for number in found}
