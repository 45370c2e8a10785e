"""Makes a model's config that needs no other file."""

from collections.abc import Mapping
from typing import Any

from ...files import read_json
from ...hf_hub import is_folder, open_folder
from ...models.text.descriptions import load_descriptions
from ...models.vision_language.open_clip_models import (
    arch_config,
    is_published,
)
from ...run_config.walk import kind_of
from .layout import TOKENIZER, ModelFolderError

# Prefixes of backbones whose builders do not take `pretrained=None`.
_OF_OTHERS = ('timm.', 'torchvision.', 'mmpretrain.')


def self_contained(node: Any, key: str = 'model') -> Any:
    """A copy, as in JSON, that builds the same model on any machine.

    Architectures and texts that the config named by a file, a folder or a repository
    are copied into it. Names of pretrained weights are left out, since the weights of
    the folder replace them all.

    Args:
        node: ``model`` of a config, or a part of it.
        key: Its key, for messages.

    Raises:
        ModelFolderError: A value is not a text, a number or a list of those.
    """
    if isinstance(node, Mapping):
        own = {str(k): v for k, v in node.items()}
        _fill_in(own)
        return {k: self_contained(v, f'{key}.{k}') for k, v in own.items()}
    if isinstance(node, list | tuple):
        return [self_contained(v, f'{key}.{i}') for i, v in enumerate(node)]
    if node is None or isinstance(node, bool | int | float | str):
        return node
    raise ModelFolderError(
        f'{key}={node!r} is a {type(node).__name__}, which a config.json cannot hold: '
        'write its name, a number or a list in the config'
    )


def tokenizer_of(node: Any) -> str | None:
    """The folder or repository of the tokenizer that the texts of a model need.

    Args:
        node: ``model`` of a config, or a part of it.

    Returns:
        A name for :func:`~tgdfer_mm.models.text.hub_tokenizer.find_tokenizer`; None if
        CLIP's tokenizer is used.
    """
    inner: list = list(node) if isinstance(node, list | tuple) else []
    if isinstance(node, Mapping):
        if 'descriptions' in node and (own := _own_tokenizer(node)) is not None:
            return own
        inner = list(node.values())
    return next(filter(None, map(tokenizer_of, inner)), None)


def _own_tokenizer(node: Mapping) -> str | None:
    arch, given = node.get('arch'), node.get('tokenizer')
    if given is None and is_published(arch):
        named = arch_config(arch)['text_cfg'].get('hf_tokenizer_name')
        return arch if named else None
    return given


def _fill_in(node: dict[str, Any]) -> None:
    for name in [name for name in node if 'pretrained' in name or name == 'init_cfg']:
        if str(node.get('type')).startswith(_OF_OTHERS):
            del node[name]
        elif node[name]:
            node[name] = None
    if 'descriptions' in node and _own_tokenizer(node) is not None:
        node['tokenizer'] = TOKENIZER
    arch = node.get('arch')
    if kind_of(node) == 'TransformersVision':
        if isinstance(arch, str):
            content = read_json(open_folder(arch).find('config.json'))
            # Names that begin with an underscore are about the file's place, not the
            # model.
            node['arch'] = {k: v for k, v in content.items() if not k.startswith('_')}
    elif isinstance(arch, str) and (arch.endswith('.json') or is_folder(arch)):
        node['arch'] = arch_config(arch)
    if 'descriptions' in node:
        texts = load_descriptions(node['descriptions'], node.get('label_order'))
        node['descriptions'] = [[name, list(each)] for name, each in texts.items()]
        if 'label_order' in node:
            node['label_order'] = None
