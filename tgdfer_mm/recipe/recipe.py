"""All that may change a config before it runs, field by field.

This file imports the standard library alone: the command line reads the fields, and
makes an option of each, without waiting for the library.
"""

import warnings
from collections.abc import Mapping, MutableMapping
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Any


class RecipeError(ValueError):
    """A recipe that cannot be, or does not fit a config; the user can mend it."""

    exit_code = 2  # of a command


RULES = ('last', 'val', 'test')
PRECISIONS = ('auto', 'bf16', 'fp16', 'fp32')
MEDIA = ('frames', 'videos')
PERTURBATIONS = ('shuffled', 'reversed', 'frozen', 'half_rate')
FEATURE_DTYPES = ('float32', 'float16')
FEATURE_PRECISIONS = ('fp32', 'bf16', 'fp16')
ABOUT_FEATURES = ('views', 'feature_dtype', 'feature_precision')
KEY, APPLIED = 'recipe', 'applied_recipe'
# Where version 0.1 had these fields: at the top of a config.
OLD_KEYS = ('precision', 'selection')
TRAIN, TEST, FEATURES = 'train', 'test', 'features'


def _option(kind: type, help: str, commands: tuple[str, ...], **facts: Any) -> Any:
    """A field: its type, what the command line says of it, and which commands have it.

    Facts: `choices`; `metavar`; `neutral`, the values with which a config stays as it
    is; `path`, for a file or folder; `switch`, for an option without a value.
    """
    facts = dict(facts, kind=kind, help=help, commands=commands)
    facts.setdefault('neutral', (None, False))
    return field(default=False if kind is bool else None, metadata=facts)


@dataclass(frozen=True)
class Recipe:
    """What is asked of a config; None and False leave it as it is.

    In a config it is the top-level dict ``recipe``, on the command line an option a
    field. :func:`~tgdfer_mm.recipe.apply_recipe` applies it.

    Raises:
        ValueError: A field has a value that it cannot have, or would change nothing.
    """

    fold: int | None = _option(
        int,
        'fold of the data set; also sets the environment variable TGDFER_FOLD before '
        'the config is read',
        (TRAIN, TEST, FEATURES),
    )
    no_validate: bool = _option(bool, 'do not evaluate between epochs', (TRAIN,))
    selection: str | None = _option(
        str,
        'which epoch is the result: the last one, the best one on a part cut off '
        'the training fold, or the best one on the test clips (as in the literature)',
        (TRAIN,),
        choices=RULES,
        neutral=(None, 'last'),
    )
    precision: str | None = _option(
        str,
        'what the model is trained in; auto: bf16 where the device has it, else fp32',
        (TRAIN,),
        choices=PRECISIONS,
        neutral=(None, *PRECISIONS),  # it can be changed again
    )
    media: str | None = _option(
        str,
        'what the clips are read from: folders of frames, or video files; the '
        'pipelines follow',
        (TRAIN, TEST, FEATURES),
        choices=MEDIA,
        neutral=(None, *MEDIA),  # it can be changed again
    )
    perturb_time: str | None = _option(
        str,
        'show the tests the frames in another order or at another rate',
        (),  # `tgdfer test` takes several, one after the other
        choices=PERTURBATIONS,
    )
    on: str | None = _option(
        str,
        'test on another data set than the one trained on: dfew, ferv39k or mafw; its '
        'classes are matched by the label maps in tgdfer_mm/labels/label_maps',
        (TEST,),
        metavar='DATASET',
    )
    pack: str | None = _option(
        str,
        'read the frames from a file that `tgdfer data pack` has made',
        (TRAIN, TEST),
        metavar='FILE',
        path=True,
    )
    augment_on_device: bool = _option(
        bool,
        'let loaders only decode; crop, resize and flip where the model is',
        (TRAIN,),
    )
    resident: bool = _option(
        bool, 'keep all frames of a raw --pack on the device', (TRAIN,)
    )
    cache_features: str | None = _option(
        str,
        'compute the features of the frozen tower once, keep them in this folder, and '
        'train on them',
        (TRAIN,),
        metavar='DIR',
        path=True,
    )
    views: str | int | None = _option(
        str,
        'pictures of each frame whose features are kept: auto (the test picture, and '
        'its mirror image if the training pipeline flips; refused if it draws anything '
        'else), plain (the test picture only), or a number of draws of the training '
        'pipeline',
        (TRAIN, FEATURES),
    )
    feature_dtype: str | None = _option(
        str,
        'how features are stored (float32)',
        (TRAIN, FEATURES),
        choices=FEATURE_DTYPES,
    )
    feature_precision: str | None = _option(
        str,
        'what the tower computes the features in (fp32)',
        (TRAIN, FEATURES),
        choices=FEATURE_PRECISIONS,
    )
    dump: str | None = _option(
        str,
        'pickle the predictions of the test, and write them as predictions.jsonl next '
        'to that file',
        (TEST,),
        metavar='FILE.pkl',
        path=True,
    )

    def __post_init__(self) -> None:
        for each in fields(self):
            _check(each.name, getattr(self, each.name), each.metadata)
        given = [name for name in ABOUT_FEATURES if getattr(self, name) is not None]
        if given and self.cache_features is None:
            raise RecipeError(
                f'recipe.{given[0]} changes nothing without recipe.cache_features '
                '(--cache-features DIR).'
            )

    @classmethod
    def of(cls, cfg: Mapping) -> 'Recipe':
        """Reads the recipe of a config; what version 0.1 had at the top of it counts.

        Args:
            cfg: Config of a run; not changed.

        Raises:
            ValueError: A field is unknown or has a wrong value.
        """
        given = cfg.get(KEY) or {}
        if not isinstance(given, Mapping):
            raise RecipeError(f'recipe={given!r}: it has to be a dict of fields.')
        given = dict(given)
        known = [each.name for each in fields(cls)]
        unknown = sorted(given.keys() - set(known))
        if unknown:
            raise RecipeError(
                f'recipe.{unknown[0]}: there is no such field; a recipe has {known}.'
            )
        given.update({name: cfg[name] for name in OLD_KEYS if cfg.get(name)})
        views = given.get('views')
        if isinstance(views, str) and views.isdecimal():  # of the command line
            given['views'] = int(views)
        return cls(**given)

    def absolute(self) -> 'Recipe':
        """The same with absolute paths, which mean the same in every folder."""
        paths = {
            each.name: str(Path(getattr(self, each.name)).expanduser().absolute())
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
        """What a checkpoint or a result says of it: files by name, without folders."""
        paths = {each.name for each in fields(self) if each.metadata.get('path')}
        return {
            name: Path(value).name if name in paths else value
            for name, value in self.stated().items()
            if name != 'dump'
        }


def take_in_old_keys(cfg: MutableMapping) -> None:
    """Moves what version 0.1 had at the top of a config into its recipe, and warns.

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
                f'{name}={old!r} at the top of a config is the way of version 0.1: '
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
