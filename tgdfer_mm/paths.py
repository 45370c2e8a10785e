"""Where the configs and the tools are, from a checkout and from a wheel."""

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent
# A wheel carries them inside the package, a checkout beside it. The wheel's copy
# comes first: an unrelated `configs` folder may lie beside an installed package.
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
