"""What is looked for: words, and their features."""

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
    """One thing that is looked for.

    Attributes:
        name: What tables call it.
        texts: Phrasings of it; their features are averaged.
        contrast: Phrasings of what it must not be; empty: nothing is said.
    """

    name: str
    texts: tuple[str, ...]
    contrast: tuple[str, ...] = ()


def read_queries(
    given: Sequence[str] | Mapping[str, Sequence[str]], contrast: str | None = None
) -> list[Query]:
    """Reads what a user looks for.

    Args:
        given: Texts, each a query of its own, its phrasings divided by ``|``. One that
            ends in ``.json`` is a file with classes and their texts (see
            :func:`~tgdfer_mm.models.text.load_descriptions`): a query a class. Or a
            dict from a name to texts.
        contrast: A text, or phrasings divided by ``|``, that all queries must not be.

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
    """What frames are compared with: of a query its unit feature less the contrast's.

    Args:
        encoder: The model's.
        queries: Q of them.

    Returns:
        (Q, D) float32; a frame's product with a row is a cosine, or the difference of
        two.

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
