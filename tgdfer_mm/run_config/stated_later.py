"""Defaults that shipped configs state since version 0.2, and did not state before."""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

Defaults = Mapping[str, Mapping[str, Any]]


@cache
def stated_later() -> tuple[Defaults, Defaults]:
    """Settings and their defaults, by the type of the part.

    Returns:
        Those of all configs, and those that only configs of the package left out.
    """
    path = Path(__file__).with_suffix('.json')
    found = json.loads(path.read_text(encoding='utf-8'))
    return found['parts'], found['parts_of_the_package']


def as_it_was(node: Any, laboratory: bool = False) -> Any:
    """A config without the defaults that are stated only since then.

    A hash of it is the hash that the config had before, so computed features and
    finished runs stay those of their config.

    Args:
        node: Config or a part of it, as JSON holds it.
        laboratory: The config is one of ``lab/``.
    """
    if isinstance(node, list):
        return [as_it_was(child, laboratory) for child in node]
    if not isinstance(node, dict):
        return node
    name, (later, package) = node.get('type'), stated_later()
    known = {}
    if isinstance(name, str):
        known.update(later.get(name, {}))
        known.update({} if laboratory else package.get(name, {}))
    return {
        key: as_it_was(child, laboratory)
        for key, child in node.items()
        if key not in known or child != known[key]
    }
