"""Selection of the epoch that is the result of a training: rules and config changes."""

import copy

from mmengine.config import Config

from ..run_config.walk import DataSet, data_sets
from .recipe import RULES, Recipe, RecipeError

METRIC = 'dfer/WAR'
VAL_PART = 0.1


def describe_rule(rule: str, metric: str = METRIC, val_part: float = VAL_PART) -> str:
    """The rule in words, as it is written next to every number.

    Args:
        rule: One of ``RULES``.
        metric: The metric that selects the best epoch.
        val_part: Share of the training fold for validation.
    """
    name = metric.split('/')[-1]
    return {
        'last': 'last epoch',
        'val': f'best epoch by {name} on a validation part, {100 * val_part:g} % of '
        'the training fold',
        'test': f'best epoch by {name} on the test clips, as in the literature: '
        'optimistic',
    }[rule]


def choose_epoch(cfg: Config, recipe: Recipe) -> str | None:
    """Makes a config choose its result by the recipe's rule, if there is one."""
    if recipe.selection is None or cfg.get('train_cfg') is None:
        return None  # a test without training selects nothing
    apply_selection(cfg, recipe.selection)
    hook = (cfg.get('default_hooks') or {}).get('selection') or {}
    about = {k: hook[k] for k in ('metric', 'val_part') if k in hook}
    return f'the result is the {describe_rule(recipe.selection, **about)}'


def apply_selection(cfg: Config, rule: str | None = None) -> None:
    """Makes a config choose its result by a rule.

    ``last`` takes the last epoch. ``val`` evaluates a part of the training fold after
    each epoch and takes the best one; this part is not trained. ``test`` takes the best
    epoch on the test clips, as the literature does, which is optimistic.
    :class:`SelectionHook` then tests that epoch.

    Args:
        cfg: Config of a run; changed in place.
        rule: One of ``RULES``; by default the config's, if any.

    Raises:
        ValueError: If the rule is unknown, or the config does not have its
            requirements.
    """
    rule = rule or Recipe.of(cfg).selection
    if rule is None:
        return
    if rule not in RULES:
        raise RecipeError(f'selection must be in {list(RULES)}, not {rule!r}.')
    if cfg.get('default_hooks') is None:
        cfg.default_hooks = {}  # mmengine's `setdefault` returns another dict
    hooks = cfg.default_hooks
    hook = hooks.get('selection') or {}
    done = hook.get('rule') == rule
    if hook.get('rule', 'last') != rule or not hook:
        hooks['selection'] = hook = dict(hook, type='SelectionHook', rule=rule)
    if (hooks.get('checkpoint') or {}).get('save_best'):
        raise RecipeError(
            f'default_hooks.checkpoint.save_best and selection={rule!r}: two rules '
            'would choose an epoch. Leave save_best out and set '
            "recipe.selection='val' (or 'test')."
        )
    if rule == 'last':
        return
    for key in ('val_cfg', 'val_evaluator', 'test_dataloader', 'test_evaluator'):
        if cfg.get(key) is None:
            raise RecipeError(
                f'selection={rule!r} evaluates each epoch and tests the best one, but '
                f"the config has no {key}; add it, or use selection='last'"
                + (' (--no-validate removes it).' if key.startswith('val') else '.')
            )
    cfg.train_cfg.val_interval = 1
    cfg.train_cfg.val_begin = 1
    if rule == 'test' and not done:  # a later step may change the test data
        cfg.val_dataloader = copy.deepcopy(cfg.test_dataloader)
    if rule == 'val':
        hooks['selection']['val_part'] = _cut_validation(
            cfg, hook.get('val_part', VAL_PART)
        )


def _cut_validation(cfg: Config, share: float) -> float:
    """Separates the validation part; returns its share of the training fold."""
    train, test = (_data_sets(cfg, subset) for subset in ('train', 'test'))
    if not train or not test:
        raise RecipeError(
            "selection='val' needs data sets with subset='train' in train_dataloader "
            f"(found {len(train)}) and with subset='test' in test_dataloader (found "
            f'{len(test)}): only data sets of this package can separate a part for '
            "validation. For other data use selection='last'."
        )
    share = train[0].config.get('val_part') or share
    own = _data_sets(cfg, 'val')
    for data_set in [*train, *own]:
        data_set.config['val_part'] = share
    if not own:
        parts = [_validation(each.config, test[0].config) for each in train]
        cfg.val_dataloader = copy.deepcopy(cfg.test_dataloader)
        cfg.val_dataloader.dataset = (
            parts[0] if len(parts) == 1 else dict(type='ConcatDataset', datasets=parts)
        )
    return share


def _validation(train: dict, test: dict) -> dict:
    data_set = copy.deepcopy(train)
    data_set.update(subset='val', pipeline=copy.deepcopy(test.get('pipeline')))
    data_set.pop('test_mode', None)
    return data_set


def _data_sets(cfg: Config, subset: str) -> list[DataSet]:
    found = data_sets(cfg, f'{subset}_dataloader')
    return [each for each in found if each.config.get('subset') == subset]
