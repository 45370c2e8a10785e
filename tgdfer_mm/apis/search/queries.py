"""Queries: words to search for, and their features."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch

from ...models.text import OpenCLIPText
from ...models.text.other_texts import with_texts
from ...video.errors import UsageError
from ..phrasings import FILE, check_each_once, read_file, read_phrasings


@dataclass(frozen=True)
class Query:
    """One query.

    Attributes:
        name: Its name in tables.
        texts: Its phrasings; their features are averaged.
        contrast: Phrasings of what it must not be; may be empty.
    """

    name: str
    texts: tuple[str, ...]
    contrast: tuple[str, ...] = ()


def read_queries(
    given: Sequence[str] | Mapping[str, Sequence[str]], contrast: str | None = None
) -> list[Query]:
    """Reads the queries of a user.

    Args:
        given: Texts; each is a query, with ``|`` between its phrasings. A text that
            ends in ``.json`` is a file with classes and their texts (see
            :func:`~tgdfer_mm.models.text.load_descriptions`); each class is a query. Or
            a dict from a name to texts.
        contrast: A text, or phrasings with ``|`` between them, that no query may fit.

    Raises:
        UsageError: A text has no words, a name is there twice, or a file cannot be
            used.
    """
    against = () if contrast is None else tuple(read_phrasings(contrast))
    if isinstance(given, Mapping):
        return [Query(name, tuple(texts), against) for name, texts in given.items()]
    queries = []
    for each in given:
        if each.endswith(FILE):
            queries += read_queries(read_file(each), contrast)
        else:
            texts = tuple(read_phrasings(each))
            queries.append(Query(texts[0], texts, against))
    check_each_once([query.name for query in queries])
    return queries


def text_features(encoder: OpenCLIPText, queries: Sequence[Query]) -> np.ndarray:
    """Features of queries: the unit feature of each, minus the contrast's.

    Args:
        encoder: Text tower of the model.
        queries: Q queries.

    Returns:
        (Q, D) float32; a frame's product with a row is a cosine, or a difference of two
        cosines.

    Raises:
        UsageError: The text tower lacks a word, or a text is too long.
    """
    texts = {str(i): list(query.texts) for i, query in enumerate(queries)}
    for i, query in enumerate(queries):
        if query.contrast:
            texts[f'not {i}'] = list(query.contrast)
    try:
        with torch.no_grad():
            found = with_texts(encoder, texts).eval()()
    except ValueError as err:
        raise UsageError(str(err)) from err
    features = dict(zip(texts, found.float().cpu().numpy(), strict=True))
    return np.stack(
        [features[str(i)] - features.get(f'not {i}', 0) for i in range(len(queries))]
    )
