"""The recipe: all possible changes of a config before it runs, by field.

This file only imports the standard library, so that the command line can make an option
of each field without waiting for other libraries.
"""

import json
import os
import warnings
from collections.abc import Mapping, MutableMapping
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Any


class RecipeError(ValueError):
    """A recipe is wrong or does not fit a config; the user can correct it."""

    exit_code = 2  # of a command


RULES = ('last', 'val', 'test')
PRECISIONS = ('auto', 'bf16', 'fp16', 'fp32')
MEDIA = ('frames', 'videos')
ON_FOLDS = ('same', 'all')
DUMPS = ('.pkl', '.pickle', '.jsonl')
PERTURBATIONS = ('shuffled', 'reversed', 'frozen', 'half_rate')
FEATURE_DTYPES = ('float32', 'float16')
FEATURE_PRECISIONS = ('fp32', 'bf16', 'fp16')
ABOUT_FEATURES = ('views', 'feature_dtype', 'feature_precision')
KEY, APPLIED = 'recipe', 'applied_recipe'
# Fields that version 0.1 had at the top of a config.
OLD_KEYS = ('precision', 'selection')
# Help text of each field, and the commands that have it.
_OPTIONS = json.loads(
    Path(__file__).with_name('options.json').read_text(encoding='utf-8')
)


def _option(name: str, kind: type, **facts: Any) -> Any:
    """A field: its name, its type, and facts in addition to its option.

    Facts are `choices`; `neutral`, the values that do not change a config; and `path`,
    for a file or folder.
    """
    facts = {'kind': kind, 'neutral': (None, False), **_OPTIONS[name], **facts}
    return field(default=False if kind is bool else None, metadata=facts)


@dataclass(frozen=True)
class Recipe:
    """A recipe: the requested changes of a config; None and False change nothing.

    In a config it is the top-level dict ``recipe``; on the command line each field is
    an option. :func:`~tgdfer_mm.recipe.apply_recipe` applies it.

    Raises:
        ValueError: If a field has a wrong value, or would change nothing.
    """

    fold: int | None = _option('fold', int)
    data: str | None = _option('data', str, path=True)
    tower: str | None = _option('tower', str)
    no_validate: bool = _option('no_validate', bool)
    selection: str | None = _option(
        'selection', str, choices=RULES, neutral=(None, 'last')
    )
    precision: str | None = _option(
        'precision',
        str,
        choices=PRECISIONS,
        neutral=(None, *PRECISIONS),  # it can be changed again
    )
    media: str | None = _option(
        'media',
        str,
        choices=MEDIA,
        neutral=(None, *MEDIA),  # it can be changed again
    )
    # No option here: `tgdfer test` takes several values.
    perturb_time: str | None = _option('perturb_time', str, choices=PERTURBATIONS)
    on: str | None = _option('on', str)
    on_folds: str | None = _option(
        'on_folds', str, choices=ON_FOLDS, neutral=(None, 'same')
    )
    pack: str | None = _option('pack', str, path=True)
    augment_on_device: bool = _option('augment_on_device', bool)
    resident: bool = _option('resident', bool)
    cache_features: str | None = _option('cache_features', str, path=True)
    views: str | int | None = _option('views', str)
    feature_dtype: str | None = _option('feature_dtype', str, choices=FEATURE_DTYPES)
    feature_precision: str | None = _option(
        'feature_precision', str, choices=FEATURE_PRECISIONS
    )
    dump: str | None = _option('dump', str, path=True)

    def __post_init__(self) -> None:
        for each in fields(self):
            _check(each.name, getattr(self, each.name), each.metadata)
        given = [name for name in ABOUT_FEATURES if getattr(self, name) is not None]
        if given and self.cache_features is None:
            raise RecipeError(
                f'recipe.{given[0]} changes nothing without recipe.cache_features '
                '(--cache-features DIR).'
            )
        if self.on_folds is not None and self.on is None:
            raise RecipeError(
                'recipe.on_folds (--on-folds) changes nothing without recipe.on (--on).'
            )
        if self.dump and Path(self.dump).suffix not in DUMPS:
            raise RecipeError(
                f'recipe.dump={self.dump!r} (--dump): the file must end in .pkl or '
                '.pickle, or in .jsonl for plain text only.'
            )

    @classmethod
    def of(cls, cfg: Mapping) -> 'Recipe':
        """Reads the recipe of a config, with fields of version 0.1 at its top.

        Args:
            cfg: Config of a run; not changed.

        Raises:
            ValueError: If a field is unknown or has a wrong value.
        """
        given = cfg.get(KEY) or {}
        if not isinstance(given, Mapping):
            raise RecipeError(f'recipe={given!r}: it has to be a dict of fields.')
        given = dict(given)
        known = [each.name for each in fields(cls)]
        unknown = sorted(given.keys() - set(known))
        if unknown:
            raise RecipeError(
                f'recipe.{unknown[0]}: there is no such field; use one of {known}.'
            )
        given.update({name: cfg[name] for name in OLD_KEYS if cfg.get(name)})
        views = given.get('views')
        if isinstance(views, str) and views.isdecimal():  # of the command line
            given['views'] = int(views)
        return cls(**given)

    def absolute(self) -> 'Recipe':
        """The recipe with absolute paths, which are valid in every folder."""
        paths = {
            each.name: os.path.abspath(os.path.expanduser(getattr(self, each.name)))
            for each in fields(self)
            if each.metadata.get('path') and getattr(self, each.name) is not None
        }
        return replace(self, **paths)

    def stated(self) -> dict[str, Any]:
        """The fields that are set, as plain data."""
        return {
            k: v for k, v in asdict(self).items() if v is not None and v is not False
        }

    def facts(self) -> dict[str, Any]:
        """The recipe for a checkpoint or a result: files by name, without folders."""
        paths = {each.name for each in fields(self) if each.metadata.get('path')}
        return {
            name: Path(value).name if name in paths else value
            for name, value in self.stated().items()
            if name != 'dump'
        }


def take_in_old_keys(cfg: MutableMapping) -> None:
    """Moves fields of version 0.1 from the top of a config into its recipe, and warns.

    Args:
        cfg: Config of a run; changed in place.

    Raises:
        ValueError: See :meth:`Recipe.of`.
    """
    recipe = Recipe.of(cfg).stated()
    for name in OLD_KEYS:
        old, new = cfg.pop(name, None), (cfg.get(KEY) or {}).get(name)
        if old is not None:
            replaced = '' if new in (None, old) else f' It replaces {new!r} there.'
            warnings.warn(
                f'{name}={old!r} at the top of a config is the form of version 0.1: '
                f'write recipe=dict({name}={old!r}).{replaced}',
                FutureWarning,
                stacklevel=3,
            )
    cfg[KEY] = recipe


def _check(name: str, value: Any, facts: Mapping) -> None:
    if value is None:
        return
    kind, choices = facts['kind'], facts.get('choices')
    if choices and value not in choices:
        raise RecipeError(f'recipe.{name} must be in {list(choices)}, not {value!r}.')
    allowed = (str, int) if name == 'views' else kind
    is_switch = isinstance(value, bool)
    if not isinstance(value, allowed) or is_switch != (kind is bool):
        raise RecipeError(f'recipe.{name} must be {kind.__name__}, not {value!r}.')
    if value == '' or (type(value) is int and value < 1):
        what = 'empty' if value == '' else f'{value}; it starts at 1'
        raise RecipeError(f'recipe.{name} (--{name.replace("_", "-")}) is {what}.')
