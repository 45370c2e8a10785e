"""The runs of a protocol, with the config of each."""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from mmengine.config import Config

from ..environment import environment_kept
from ..recipe.fold import choose_fold, fold_of, number_of_folds
from ..recipe.loading import load_config
from ..recipe.own_data import use_own_data
from ..recipe.recipe import KEY, OLD_KEYS, Recipe
from ..recipe.selection import choose_epoch
from ..run_config.stated_later import as_it_was
from ..settings import parse_settings

_DIGITS = 10  # digits of the largest seed
_MOST = 1000  # largest count of numbers in an option
# Settings that change no metric, so that a run may go on elsewhere or with more output.
_NO_MATTER = ('work_dir', 'launcher', 'log_level', 'cfg_options', 'resume')


@dataclass(frozen=True)
class Run:
    """One training of a protocol.

    Attributes:
        seed: Seed of the run.
        fold: Fold of the data set, None for data without folds.
        root: Folder of the whole protocol.
        rule: The rule that selects the epoch, see :mod:`~tgdfer_mm.recipe.selection`.
        config: The config of the run, as plain data.
    """

    seed: int
    fold: int | None
    root: Path
    rule: str
    config: dict = field(repr=False, hash=False)

    @property
    def name(self) -> str:
        """Name of the run, which is also its folder below the root."""
        return f'seed{self.seed}' + ('' if self.fold is None else f'/fold{self.fold}')

    @property
    def folder(self) -> Path:
        """The work folder."""
        return self.root / self.name

    @property
    def digest(self) -> str:
        """SHA-256 of the config, without the defaults that it states since 0.2."""
        text = json.dumps(as_it_was(self.config), sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()


def parse_numbers(text: str) -> list[int]:
    """Reads ``'1-3,5'`` as ``[1, 2, 3, 5]``.

    Raises:
        ValueError: The text is something else, names a number twice, or names too many
            numbers.
    """
    numbers: list[int] = []
    for part in text.split(','):
        first, dash, last = part.strip().partition('-')
        last = last if dash else first
        if not all(n.isdecimal() and len(n) <= _DIGITS for n in (first, last)):
            raise ValueError(f'{text[:80]!r}: write numbers and ranges, such as 1-3,5')
        span = range(int(first), int(last) + 1)
        if len(span) > _MOST:
            raise ValueError(
                f'{text!r} names {len(span)} numbers, but at most {_MOST} are allowed.'
            )
        numbers += span
    if not numbers or len(set(numbers)) < len(numbers):
        raise ValueError(
            f'{text!r} names no number, or names one twice: write such as 1-3,5'
        )
    return numbers


def plan_runs(
    config: str | Path,
    seeds: Sequence[int],
    folds: Sequence[int] | None = None,
    rule: str | None = None,
    options: Sequence[str] = (),
    extra: Sequence[str] = (),
    work_dir: str | Path | None = None,
    own: Mapping[str, str] | None = None,
) -> list[Run]:
    """Lists the runs of a protocol, seed after seed.

    Args:
        config: The config file.
        seeds: The seeds; each one trains all folds.
        folds: The folds, by default all; data without folds has none.
        rule: Selection rule, by default that of the config, or ``last`` if it has none.
        options: Changes to the config, each ``key=value``.
        extra: More options of ``tgdfer train``.
        work_dir: Folder of the protocol, by default
            ``work_dirs/<config>_<rule>``.
        own: The fields ``data`` and ``tower`` of the recipe, which `extra` also states.

    Raises:
        ValueError: An option does not fit the config.
    """
    settings = parse_settings(options)

    def load(**recipe):
        with environment_kept():
            cfg = load_config(config, {**(own or {}), **recipe}, settings)
        use_own_data(cfg, Recipe.of(cfg).absolute())
        return cfg

    cfg = load()
    rule = rule or cfg.recipe.get('selection') or 'last'
    root = Path(work_dir or Path('work_dirs', f'{Path(config).stem}_{rule}'))
    if fold_of(cfg) is None:
        if folds:
            raise ValueError(
                f'--folds: the data of {config} has a single split and no folds; '
                'leave this option out.'
            )
        folds = [None]
    runs = []
    for fold in folds or range(1, 1 + (number_of_folds(cfg) or 1)):
        given = {} if fold is None else dict(fold=fold)
        cfg = load(selection=rule, **given)
        for step in (choose_fold, choose_epoch):  # the data of the run
            step(cfg, Recipe.of(cfg))
        for seed in seeds:
            plain = _what_matters(cfg)
            plain['randomness'] = dict(plain.get('randomness') or {}, seed=seed)
            plain['train.py'] = list(extra)
            # In the form that a file gives: no tuples, no classes.
            plain = json.loads(json.dumps(plain, default=str))
            runs.append(Run(seed, fold, root, rule, plain))
    return sorted(runs, key=lambda run: list(seeds).index(run.seed))


def _what_matters(cfg: Config) -> dict:
    """The facts that distinguish runs, in the form of version 0.1 (its runs go on)."""
    plain = {k: v for k, v in cfg.to_dict().items() if k not in _NO_MATTER}
    recipe = plain.pop(KEY, {})
    recipe.pop('fold', None)  # the data sets state it
    plain.update({name: recipe.pop(name) for name in OLD_KEYS if name in recipe})
    if recipe:
        plain[KEY] = recipe
    hooks = plain.get('default_hooks')
    if not isinstance(hooks, dict) or not isinstance(hooks.get('selection'), dict):
        raise ValueError(
            f'{cfg.filename}: default_hooks.selection, which chooses the epoch of '
            'each run, is missing. Inherit _base_/default_runtime.py as the shipped '
            'configs do.'
        )
    hooks.pop('recipe', None)
    hooks['selection'].setdefault('rule', 'last')
    kind = plain.pop('runner_type', 'DFERRunner')
    if kind != 'DFERRunner':
        plain['runner_type'] = {'FlexibleDFERRunner': 'FlexibleRunner'}.get(kind, kind)
    return plain


def differing_keys(ours: dict, theirs: dict, path: str = '') -> Iterator[str]:
    """Names the settings in which two configs differ; absent differs from None."""
    absent = object()
    for key in sorted({*ours, *theirs}):
        a, b = ours.get(key, absent), theirs.get(key, absent)
        if isinstance(a, dict) and isinstance(b, dict):
            yield from differing_keys(a, b, f'{path}{key}.')
        elif a != b:
            yield f'{path}{key}'
