"""What the program answers to the page, in words: ``page/sentences.json``."""

import json
from pathlib import Path

_FILE = Path(__file__).parent / 'page' / 'sentences.json'
_SENTENCES = json.loads(_FILE.read_text(encoding='utf-8'))


def say(name: str, /, **values) -> str:
    """A sentence of the file, with what it has in braces filled in."""
    return _SENTENCES[name].format(**values)
