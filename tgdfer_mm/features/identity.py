"""Hashes that show a change of clips, their files or a config."""

import os
from collections.abc import Iterable, Mapping
from hashlib import sha256
from pathlib import Path

from torch.utils.data import Dataset

from ..clips.frame_names import is_frame
from ..clips.pack import open_pack


def facts_of(data: Dataset) -> tuple:
    """Name, pixel version and kind of media of a data set."""
    info = data.metainfo
    media = getattr(data, 'media', None)
    return info.get('dataset'), info.get('pixel_version'), media


def identity_of(info: Mapping) -> str:
    """Hash of names, sizes and times of last change of a clip's files."""
    if 'packed' in info:
        path, name = info['packed']
        return open_pack(path).digest(name)
    paths = [info['filename']] if 'filename' in info else _frames(info)
    lines = []
    for path in paths:
        try:
            state = os.stat(path)
        except OSError:
            continue
        lines.append(f'{Path(path).name} {state.st_size} {state.st_mtime_ns}\n')
    return digest_of(lines) if lines else 'absent'


def _frames(info: Mapping) -> list[str]:
    folder, names = info['frame_dir'], info.get('frame_names')
    if names is None:
        names = os.listdir(folder) if os.path.isdir(folder) else []
        names = sorted(filter(is_frame, names))
    return [os.path.join(folder, name) for name in names]


def digest_of(lines: Iterable[str]) -> str:
    """Hash of lines, one after another."""
    digest = sha256()
    for line in lines:
        digest.update(line.encode())
    return digest.hexdigest()[:32]


def plain(value: object) -> object:
    """Configs in a form that JSON can hold."""
    if isinstance(value, Mapping):
        return {str(k): plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [plain(v) for v in value]
    return value if isinstance(value, str | int | float | None) else repr(value)
