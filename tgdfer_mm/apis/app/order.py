"""Wishes that the page sends with a video: a model, and classes in the user's words."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple
from urllib.parse import unquote

from ..own_words import WordsError, find_rest, read_words
from .problem import Problem
from .sentences import say

MOST_CLASSES, MOST_LETTERS = 16, 120


class Order(NamedTuple):
    """The wishes of one upload.

    Attributes:
        model: Name of one of the offered models.
        texts: Classes and their phrasings; if empty, those of the model.
        rest: The class that is a face at rest.
    """

    model: str
    texts: dict[str, list[str]]
    rest: str | None


def read_order(headers: Mapping[str, str], models: Sequence[str]) -> Order:
    """Reads the headers of an upload.

    Args:
        headers: ``X-Model``, ``X-Texts`` with one class on each line, and ``X-Rest``.
            Each may be absent; their values are percent-encoded.
        models: The offered models; the first one is used if none is named.

    Raises:
        Problem: There is no such model, or the lines cannot be classes.
    """
    model = unquote(headers.get('x-model', models[0]))
    if model not in models:
        raise Problem(422, say('no such model'))
    lines = [_plain(line) for line in unquote(headers.get('x-texts', '')).splitlines()]
    lines = [line for line in lines if line]
    rest = _plain(unquote(headers.get('x-rest', ''))) or None
    if not lines:
        return Order(model, {}, None)
    longest = max(map(len, [*lines, rest or '']))
    if not 2 <= len(lines) <= MOST_CLASSES or longest > MOST_LETTERS:
        most = dict(classes=MOST_CLASSES, letters=MOST_LETTERS)
        raise Problem(422, say('no classes', **most))
    try:
        texts = read_words(lines)
        return Order(model, texts, rest and find_rest(rest, texts))
    except WordsError as err:
        raise Problem(422, str(err)) from err


def _plain(text: str) -> str:
    return ''.join(c for c in text if c.isprintable()).strip()
