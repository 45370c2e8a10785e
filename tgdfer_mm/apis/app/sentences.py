"""Sentences that the program sends to the page: ``page/sentences.json``."""

import json
from pathlib import Path

_FILE = Path(__file__).parent / 'page' / 'sentences.json'
_SENTENCES = json.loads(_FILE.read_text(encoding='utf-8'))


def say(name: str, /, **values) -> str:
    """A sentence of the file; its names in braces are replaced by values."""
    return _SENTENCES[name].format(**values)
