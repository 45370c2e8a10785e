"""Changes single settings of a config by their keys."""

from collections.abc import Mapping
from typing import Any

from mmengine.config import Config

from ..terminal import complain


class OptionError(ValueError):
    """A key or a value for which the config has no place."""

    exit_code = 2  # of a command


def merge_options(cfg: Config, options: Mapping[str, Any]) -> None:
    """Changes single settings of a config.

    A part whose type is changed keeps its other settings, as everywhere in mmengine. A
    note on the error stream names them.

    Args:
        cfg: Changed in place.
        options: Key, with dots, to value. An entry of a list is named by its number.

    Raises:
        OptionError: A key leads into something that has no entries, or to the entry of
            a list that is no dict.
    """
    for key in options:
        _check(cfg, key)
        _note_what_stays(cfg, key, options)
    try:
        cfg.merge_from_dict(dict(options))
    except (AttributeError, KeyError, TypeError) as error:
        # For instance two keys, one of which lies below the other.
        names = ', '.join(options)
        raise OptionError(
            f'--cfg-options: the keys {names} cannot be set together ({error}).'
        ) from error


def _check(cfg: Config, key: str) -> None:
    here, node = '', cfg
    parts = key.split('.')
    for place, part in enumerate(parts):
        if not part:
            raise OptionError(f'--cfg-options {key}=...: the key has an empty part.')
        if isinstance(node, list | tuple):
            dicts = isinstance(node, list) and place + 1 < len(parts)
            if not (dicts and part.isascii() and part.isdecimal()):
                raise OptionError(
                    f'--cfg-options {key}=...: {here} is a list of {len(node)}. '
                    f'Give it as a whole, {here}="[a,b]", or set a key of a dict in '
                    f'it, {here}.0.<key>=...'
                )
            if len(part) > 9 or int(part) >= len(node):
                raise OptionError(
                    f'--cfg-options {key}=...: {here} is a list of {len(node)}, whose '
                    f'entries have the numbers 0 to {len(node) - 1}.'
                )
            node = node[int(part)]
        elif isinstance(node, Mapping | Config):
            if part not in node:
                return  # a new key
            node = node[part]
        else:
            raise OptionError(
                f'--cfg-options {key}=...: {here} is {node!r}, which has no entries.'
            )
        here = f'{here}.{part}' if here else part


def _note_what_stays(cfg: Config, key: str, options: Mapping[str, Any]) -> None:
    part, _, last = key.rpartition('.')
    if last != 'type' or options.get(f'{part}._delete_'):
        return
    node = parent = cfg
    for name in part.split('.') if part else ():
        parent = node
        node = node[int(name)] if isinstance(node, list) else node.get(name, {})
    if node.get('type') in (None, options[key]):
        return
    stay = [k for k in node if k != 'type' and f'{part}.{k}' not in options]
    if stay:
        # mmengine takes _delete_ only in a dict below a dict.
        advice = (
            f'State them as {options[key]} needs them'
            if isinstance(parent, list) or not part
            else f'To remove them, add {part}._delete_=True'
        )
        complain(
            f'--cfg-options {key}={options[key]}: settings of {node["type"]} stay: '
            f'{", ".join(stay)}. {advice}.',
            'note',
        )
