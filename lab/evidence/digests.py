"""Hashes of config and code, which tell if a finished training is up to date."""

import hashlib
import inspect
import json
from pathlib import Path
from typing import Any

from mmengine.config import Config
from torch import nn

_PACKAGE = 'tgdfer_mm'
_SAID_LATER = json.loads(
    Path(__file__).with_name('said_later.json').read_text(encoding='utf-8')
)['parts']


def config_digest(cfg: Config, root: Path) -> str:
    """SHA-256 of a job's config, independent of the experiment's folder."""
    text = json.dumps(cfg.to_dict(), sort_keys=True, default=str)
    text = json.dumps(as_it_was(json.loads(text)), sort_keys=True)
    there = json.dumps(str(root))[1:-1]  # as it stands in the text
    return hashlib.sha256(text.replace(there, '').encode()).hexdigest()


def as_it_was(node: Any) -> Any:
    """A config without the defaults that are stated only since trainings were kept."""
    if isinstance(node, list):
        return [as_it_was(child) for child in node]
    if not isinstance(node, dict):
        return node
    name = node.get('type')
    later = _SAID_LATER.get(name, {}) if isinstance(name, str) else {}
    return {
        key: as_it_was(child)
        for key, child in node.items()
        if key not in later or child != later[key]
    }


def code_digest(model: nn.Module) -> str:
    """SHA-256 of the files that define the classes of a model's parts.

    Their base classes count too, if they are of this package. Calls to other files are
    not followed.
    """
    classes = {c for part in model.modules() for c in type(part).__mro__}
    own = {c for c in classes if c.__module__.split('.')[0] == _PACKAGE}
    files = sorted({Path(inspect.getfile(c)) for c in own}, key=lambda file: file.name)
    digest = hashlib.sha256()
    for file in files:
        digest.update(file.name.encode() + b'\0' + file.read_bytes() + b'\0')
    return digest.hexdigest()
