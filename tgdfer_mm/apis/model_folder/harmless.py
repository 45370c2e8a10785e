"""Checks that a config of strangers has only registered names and numbers.

mmengine builds everything that a ``type`` names, also ``os.system``. So a folder is
read only if no type is a name in Python's modules, no value is a path or an address,
nothing has to be fetched, and the user trusts the modules that it needs.
"""

import os
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from ...registry import MODELS, TEMPORAL, TRANSFORMS, Registry
from .layout import TOKENIZER, ModelFolderError

ALLOW_IMPORTS = 'TGDFER_ALLOW_IMPORTS'
# Keys whose values are only shown or encoded, and never opened, called or fetched.
_TEXTS = ('classes', 'descriptions', 'note', 'context_init')
# Types with an argument that is a function, or a file that is run.
_CALLING = ('FunctionExpert', 'OnnxExpert')
_FETCHING = ('init_cfg', 'hf_model_name', 'load_from', 'checkpoint')
_PLACE = re.compile(r'^(hf[-_]hub:|local-dir:|[~/\\]|\.\.?[/\\]|[A-Za-z]:\\)|://')
_OF_OTHERS = re.compile(r'(timm|torchvision|mmpretrain)\.\w+', re.ASCII)


class HarmfulConfigError(ModelFolderError):
    """A config that could run code, or open or fetch something."""


def require_harmless(node: Any, where: object, key: str = '') -> None:
    """Refuses a config that could do more than build a model of known parts.

    Args:
        node: The config, or a part of it.
        where: Name of the file, for the message.
        key: Key of the part.

    Raises:
        HarmfulConfigError: Names the key and the value.
    """
    if isinstance(node, Mapping):
        _require_known_type(node, where, key)
        for name, value in node.items():
            inner = f'{key}.{name}' if key else str(name)
            if value and (name in _FETCHING or 'pretrained' in name):
                raise HarmfulConfigError(
                    f'{where}: {inner}={value!r} asks for other weights than those in '
                    'the folder'
                )
            if name == 'tokenizer' and value not in (None, TOKENIZER):
                raise HarmfulConfigError(
                    f'{where}: {inner}={value!r} is not the tokenizer in the folder'
                )
            if name not in _TEXTS:
                require_harmless(value, where, inner)
    elif isinstance(node, Sequence) and not isinstance(node, str):
        for number, value in enumerate(node):
            require_harmless(value, where, f'{key}.{number}')
    elif isinstance(node, str) and _PLACE.search(node):
        raise HarmfulConfigError(
            f'{where}: {key}={node!r} is a path or an address; a folder has to hold '
            'all that its model needs'
        )


def import_needed(modules: Sequence[str], where: object) -> None:
    """Imports the modules that register the parts of a model, if the user trusts them.

    A user does so by importing them first, or by the environment variable
    ``TGDFER_ALLOW_IMPORTS``, names with commas between them.

    Raises:
        HarmfulConfigError: One of them is not trusted.
        ModelFolderError: One of them cannot be imported.
    """
    allowed = os.environ.get(ALLOW_IMPORTS, '').replace(' ', '').split(',')
    for name in modules:
        if name in sys.modules:
            continue
        if name not in allowed:
            raise HarmfulConfigError(
                f'{where}: the model needs the module {name!r}, which is no part of '
                'this package. Install it; if you trust it, import it before the '
                f'model is loaded, or set {ALLOW_IMPORTS}={name}'
            )
        try:
            import_module(name)
        except ImportError as error:
            raise ModelFolderError(
                f'{where}: the model needs the module {name!r}, which cannot be '
                f'imported ({error})'
            ) from error


def _require_known_type(node: Mapping, where: object, key: str) -> None:
    kind = node.get('type')
    if kind is None:
        return
    named = f'{where}: {f"{key}." if key else ""}type={kind!r}'
    if kind in _CALLING:
        raise HarmfulConfigError(
            f'{named} runs a file or a function, which a folder cannot hold: give its '
            'config to --model'
        )
    if not isinstance(kind, str) or not (
        kind in _registered() or _is_no_module(kind) or _is_of_others(kind)
    ):
        raise HarmfulConfigError(
            f'{named} is not a registered part, so it could run any code. If a package '
            'registers it, import that package first'
        )


def _is_no_module(kind: str) -> bool:
    """True if it is a plain word that parts know and that is not a name in Python."""
    return kind.isidentifier() and find_spec(kind) is None


def _is_of_others(kind: str) -> bool:
    """True if it is a model of timm or a similar library, which recognizers build."""
    if not _OF_OTHERS.fullmatch(kind):
        return False
    package, _, name = kind.partition('.')
    if package == 'mmpretrain':
        return True
    try:
        return name in _listed(package)
    except ImportError:
        return False


@cache
def _listed(package: str) -> frozenset[str]:
    if package == 'timm':
        return frozenset(import_module('timm').list_models())
    return frozenset(import_module('torchvision.models').list_models())


def _registered() -> set[str]:
    names: set[str] = set()
    for registry in _with_parents(MODELS, TRANSFORMS, TEMPORAL):
        names |= registry.module_dict.keys()
    return names


def _with_parents(*registries: Registry) -> Iterator[Registry]:
    for registry in registries:
        while registry is not None:
            yield registry
            registry = registry.parent
