"""Reads configs, and refuses unsafe values that mmengine would paste into their source.

mmengine replaces ``{{$NAME:default}}`` in the text of a config by the value of the
environment variable, and runs the result. A quote in the value ends the string that
surrounds it, and the rest of the value runs as code.
"""

import ast
import os
import re
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from mmengine.config import Config

from .lazy import settle_lazy

# As in mmengine's Config._substitute_env_variables.
_PASTED = re.compile(r'\{\{[\'\"]?\s*\$(\w+)\s*\:\s*(\S*?)\s*[\'\"]?\}\}')
_IN_TEXT = dict.fromkeys('\'"', 'a quote') | {
    '\\': 'a backslash',
    '\n': 'a line break',
    '\r': 'a line break',
    **dict.fromkeys('{}', 'a brace'),
}
# Outside of a string these characters call something, start a statement or a comment,
# or are a tag of YAML.
_IN_CODE = _IN_TEXT | {
    **dict.fromkeys('()', 'a parenthesis'),
    **{';': 'a semicolon', '#': 'a number sign', '!': 'an exclamation mark'},
}


class PastedSettingError(ValueError):
    """A variable whose value would change the source of a config."""

    exit_code = 2  # of a command


class ConfigFileError(ValueError):
    """A config file that cannot be read."""

    exit_code = 2  # of a command


def read_config(path: str | Path) -> Config:
    """Reads a config, after a check of the values that are pasted into it.

    Args:
        path: The file.

    Raises:
        ConfigFileError: It cannot be read, or running it fails.
        PastedSettingError: See :func:`refuse_pasted_settings`.
    """
    try:
        refuse_pasted_settings(path)
        cfg = Config.fromfile(path)
        settle_lazy(cfg)
        return cfg
    except (Exception, SystemExit) as error:  # a config is a program
        if hasattr(error, 'exit_code'):
            raise
        kind = type(error).__name__
        raise ConfigFileError(
            f'{path}: this config cannot be read ({kind}: {error}).'
        ) from error


def refuse_pasted_settings(config: str | Path) -> None:
    """Refuses environment variables that would change the source of a config.

    Reads the config and the files in its ``_base_``, and runs none of them. mmengine
    pastes nothing into its lazy configs, so they are let through.

    Args:
        config: The config file.

    Raises:
        ValueError: A variable that a file pastes has such a value.
    """
    path = os.path.abspath(os.path.expanduser(config))
    suffix = Path(path).suffix
    if suffix not in ('.py', '.yml', '.yaml', '.json'):
        return  # mmengine refuses other files
    try:
        if Config._is_lazy_import(path):
            return
        text = Path(path).read_text(encoding='utf-8')
        if suffix == '.py':
            ast.parse(_PASTED.sub('0', text))
    except SyntaxError as error:
        raise ConfigFileError(
            f'{path}, line {error.lineno}: {error.msg}: {(error.text or "").strip()}'
        ) from error
    except ValueError as error:
        raise ConfigFileError(
            f'{path} is not a text in UTF-8: {error}. Save it in UTF-8.'
        ) from error
    outside = _outside_of_strings(text) if suffix == '.py' else None
    for number, match in enumerate(_PASTED.finditer(text)):
        name, default = match.groups()
        unsafe = _IN_CODE if outside is None or number in outside else _IN_TEXT
        found = next((c for c in os.environ.get(name, '') if c in unsafe), None)
        if found is not None:
            line = text.count('\n', 0, match.start()) + 1
            raise PastedSettingError(
                f'{path}, line {line}: the environment variable {name} has '
                f'{unsafe[found]}, and {match.group()} pastes it into the source of '
                'the config, which would change or run it. Write '
                f"__import__('os').environ.get({name!r}, {default!r}) there, without "
                'quotes around it, or give the variable another value.'
            )
    for base in _base_files(path):
        refuse_pasted_settings(base)


def _outside_of_strings(text: str) -> set[int] | None:
    """Numbers of the places whose value is code; None if all may be code."""
    numbers = iter(range(len(text)))
    try:
        tree = ast.parse(_PASTED.sub(lambda _: f'pasted_{next(numbers)}_', text))
    except SyntaxError:
        return None
    names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    return {int(n) for name in names for n in re.findall(r'pasted_(\d+)_', name)}


def _base_files(path: str) -> Iterator[str]:
    """Files in ``_base_``, found as mmengine finds them, once all values are safe."""
    with TemporaryDirectory() as folder:
        copy = Path(folder, 'config').with_suffix(Path(path).suffix)
        Config._substitute_predefined_vars(path, str(copy))
        text = copy.read_text(encoding='utf-8')
        text = _PASTED.sub(lambda m: os.environ.get(m[1], m[2]), text)
        copy.write_text(text, encoding='utf-8')
        Config._pre_substitute_base_vars(str(copy), str(copy))
        bases = Config._get_base_files(str(copy))
    return (Config._get_cfg_path(base, path)[0] for base in bases)
