"""Hashes of config and code, which tell if a finished training is up to date."""

import hashlib
import inspect
import json
from pathlib import Path

from mmengine.config import Config
from torch import nn

from tgdfer_mm.run_config.stated_later import as_it_was

_PACKAGE = 'tgdfer_mm'


def config_digest(cfg: Config, root: Path) -> str:
    """SHA-256 of a job's config, independent of the experiment's folder."""
    text = json.dumps(cfg.to_dict(), sort_keys=True, default=str)
    text = json.dumps(as_it_was(json.loads(text), laboratory=True), sort_keys=True)
    there = json.dumps(str(root))[1:-1]  # as it stands in the text
    return hashlib.sha256(text.replace(there, '').encode()).hexdigest()


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
