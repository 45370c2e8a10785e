"""Weights of towers that are on this machine or that the user named."""

from pathlib import Path
from typing import Any, NamedTuple

import open_clip
from huggingface_hub import try_to_load_from_cache

from ...hf_hub import is_folder
from .open_clip_models import resolve, tags_of

_IN_A_REPOSITORY = ('open_clip_model.safetensors', 'open_clip_pytorch_model.bin')
_OF_URLS = '~/.cache/clip'  # where open_clip keeps files that it fetches by URL


class KeptWeights(NamedTuple):
    """The place of a tower's weights.

    Attributes:
        source: A file, a folder or a repository, as in ``pretrained``.
        quick_gelu: Whether they were trained with quick GELU, if open_clip's list of
            weights says it.
    """

    source: str
    quick_gelu: bool | None = None

    def activation(self, tower: Any) -> bool | None:
        """The activation by the list of weights, or else by the tower's config."""
        if self.quick_gelu is None:
            return getattr(tower, 'quick_gelu', None)
        return self.quick_gelu


def kept_weights(arch: str | dict, pretrained: str | None) -> KeptWeights | None:
    """Finds weights without fetching those of a tag.

    Args:
        arch: See :mod:`tgdfer_mm.models.vision_language.open_clip_models`.
        pretrained: As in that module. The user has named a repository
            (``hf-hub:org/name``), so it is fetched when it is read.

    Returns:
        None if they are not on this machine.
    """
    if not pretrained:
        return None
    try:
        path = Path(resolve(pretrained)).expanduser()
    except OSError:  # of a model that has not been fetched
        return None
    if path.is_file() or path.is_dir():
        return KeptWeights(str(path))
    if pretrained not in tags_of(arch):
        return KeptWeights(pretrained) if is_folder(pretrained) else None
    facts = open_clip.get_pretrained_cfg(arch, pretrained)
    found = _in_cache(facts)
    return found and KeptWeights(str(found), bool(facts.get('quick_gelu', False)))


def _in_cache(facts: dict) -> Path | None:
    """The file of a tag that open_clip has fetched before."""
    repo, _, name = facts.get('hf_hub', '').rpartition('/')
    for each in (name,) if name else _IN_A_REPOSITORY if repo else ():
        path = try_to_load_from_cache(repo, each)
        if isinstance(path, str):
            return Path(path)
    url = facts.get('url')
    path = Path(_OF_URLS).expanduser() / Path(url).name if url else None
    return path if path is not None and path.is_file() else None
