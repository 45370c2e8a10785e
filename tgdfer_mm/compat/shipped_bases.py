"""Repairs configs that inherit from a shipped config."""

from functools import wraps

PACKAGE = __package__.partition('.')[0]


def find_shipped_bases() -> None:
    """Makes ``_base_ = 'tgdfer_mm::tgdfer_dfew'`` work in a config.

    mmengine 0.10.7 knows a fixed list of packages before ``::``, and asks pkg_resources
    for their place, but setuptools 82 and newer do not have it. Names with our package
    before ``::`` are found by :func:`tgdfer_mm.paths.find_config`; all other names go
    to mmengine. A config's ``custom_imports`` run after it has been read, so this works
    in the commands of this package and after ``import tgdfer_mm``.
    """
    from mmengine.config import Config

    get_path = Config._get_cfg_path
    if hasattr(get_path, '__wrapped__'):
        return

    @wraps(get_path)
    def wrapped(cfg_path: str, filename: str) -> tuple[str, str | None]:
        package, colons, name = cfg_path.partition('::')
        if colons and package == PACKAGE:
            from ..paths import UnknownConfigError, find_config

            try:
                return str(find_config(name)), None
            except UnknownConfigError as error:
                raise UnknownConfigError(
                    f'{filename}: its _base_ {cfg_path!r} is not there. {error}'
                ) from error
        return get_path(cfg_path, filename)

    Config._get_cfg_path = staticmethod(wrapped)
