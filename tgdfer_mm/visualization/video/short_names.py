"""Short names of classes, which fit into a picture."""

from collections.abc import Mapping, Sequence
from typing import Any

LONGEST = 32  # letters; all names in the shipped class lists are shorter


def with_short_names(
    result: Mapping[str, Any], track: Mapping[str, Any]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """A result and one of its tracks, with long names of classes shortened.

    Two classes never get the same name. If all names are short, nothing changes.

    Args:
        result: A result of schema `tgdfer_mm.result/1`.
        track: One of its tracks.
    """
    names = _short(result['model']['classes'])
    model = dict(result['model'], classes=list(names.values()))
    return dict(result, model=model), _renamed(track, names)


def _short(classes: Sequence[str]) -> dict[str, str]:
    names = {name: name for name in classes if len(name) <= LONGEST}
    for name in classes:
        if name not in names:
            short, number = f'{name[: LONGEST - 1]}…', 1
            while short in names.values():
                number += 1
                short = f'{name[: LONGEST - 6]}… {number}'
            names[name] = short
    return {name: names[name] for name in classes}


def _renamed(value: Any, names: Mapping[str, str]) -> Any:
    if isinstance(value, str):
        return names.get(value, value)
    if isinstance(value, Mapping):
        # The lists of the frames are long and have no names.
        return {k: v if k == 'frames' else _renamed(v, names) for k, v in value.items()}
    if isinstance(value, list):
        return [_renamed(each, names) for each in value]
    return value
