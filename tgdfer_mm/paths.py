"""Finds the configs and the tools, in a checkout and in a wheel."""

from difflib import get_close_matches
from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent
# A wheel has them inside the package, a checkout next to it. The wheel's copy comes
# first, since another `configs` folder may lie next to an installed package.
_HOMES = (_PACKAGE / '.mim', _PACKAGE.parent)


def _find(name: str) -> Path:
    for home in _HOMES:
        if (home / name).is_dir():
            return home / name
    looked = ' and '.join(str(home / name) for home in _HOMES)
    raise FileNotFoundError(
        f'{name} not found: looked for {looked}. Reinstall tgdfer_mm, from a '
        'checkout (`pip install -e .`) or as a wheel.'
    )


def config_dir() -> Path:
    """Returns the folder of the shipped configs.

    Raises:
        FileNotFoundError: Neither the install nor a checkout around it has them.
    """
    return _find('configs')


def tools_dir() -> Path:
    """Returns the folder of the shipped command line tools.

    Raises:
        FileNotFoundError: Neither the install nor a checkout around it has them.
    """
    return _find('tools')


class UnknownConfigError(FileNotFoundError):
    """There is no such config."""

    exit_code = 2


def find_config(name: str | Path) -> Path:
    """Finds a config: a file of the user, or a shipped one by its name.

    Args:
        name: Path of a file, or a shipped config such as ``tgdfer_demo`` or
            ``baselines/m3dfel_dfew``. A file comes first. ``.py`` and the folder may be
            left out, and ``configs/`` may be written before it.

    Raises:
        UnknownConfigError: There is no config of that name, or there are several.
    """
    if Path(name).is_file():
        return Path(name)
    folder = config_dir()
    shipped = {
        path.relative_to(folder).with_suffix('').as_posix(): path
        for path in sorted(folder.rglob('*.py'))
    }
    asked = Path(name).as_posix().removesuffix('.py').removeprefix('configs/')
    if asked in shipped:
        return shipped[asked]
    whole = {key: path for key, path in shipped.items() if not key.startswith('_base_')}
    found = [key for key in whole if key.endswith(f'/{asked}')]
    if len(found) == 1:
        return whole[found[0]]
    if found:
        raise UnknownConfigError(
            f'{name}: several shipped configs have that name; write one of '
            f'{", ".join(found)}.'
        )
    if Path(name).is_dir():
        raise UnknownConfigError(
            f'{name}: this is a folder, and not a config. Name the config in it (*.py).'
        )
    stems = {key.rpartition('/')[2]: key for key in whole}
    close = get_close_matches(asked, [*whole, *stems], n=5)
    names = list(dict.fromkeys(stems.get(each, each) for each in close))
    meant = f'Close to it: {", ".join(names)}' if names else f'All are in {folder}'
    raise UnknownConfigError(
        f'{name}: there is no such file, and no shipped config of that name. {meant}.'
    )
