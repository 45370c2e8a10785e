"""Which epoch of a training is the result: the rules, and what they ask of a config."""

import copy
from collections.abc import Iterator

from mmengine.config import Config

RULES = ('last', 'val', 'test')
METRIC = 'dfer/WAR'
VAL_PART = 0.1


def describe_rule(rule: str, metric: str = METRIC, val_part: float = VAL_PART) -> str:
    """The rule in words, to stand beside every number.

    Args:
        rule: One of ``RULES``.
        metric: What the best epoch is the best by.
        val_part: Share of the training fold that validates.
    """
    name = metric.split('/')[-1]
    return {
        'last': 'last epoch',
        'val': f'best epoch by {name} on a validation part, {100 * val_part:g} % of '
        'the training fold',
        'test': f'best epoch by {name} on the test clips, as in the literature: '
        'optimistic',
    }[rule]


def apply_selection(cfg: Config, rule: str | None = None) -> str | None:
    """Makes a config choose its result by a rule.

    ``last`` takes the last epoch. ``val`` cuts a part off the training fold, evaluates
    it after each epoch and takes the best one. ``test`` takes the best epoch on the
    test clips, as the literature does, which flatters. :class:`SelectionHook` then
    tests that epoch.

    Args:
        cfg: Config of a run; changed in place.
        rule: Instead of ``cfg.selection``. Without either the config stays as it is.

    Returns:
        The rule.

    Raises:
        ValueError: The rule is unknown, or the config lacks what it needs.
    """
    rule = rule or cfg.get('selection')
    if rule is None:
        return None
    if rule not in RULES:
        raise ValueError(f'selection must be in {list(RULES)}, not {rule!r}.')
    cfg.selection = rule  # for whoever repeats this run
    hooks = cfg.setdefault('default_hooks', {})
    hook = hooks.setdefault('selection', dict(type='SelectionHook'))
    hook['rule'] = rule
    if (hooks.get('checkpoint') or {}).get('save_best'):
        raise ValueError(
            f'default_hooks.checkpoint.save_best beside selection={rule!r}: two rules '
            "choose an epoch. Leave save_best out and set selection='val' (or 'test')."
        )
    if rule == 'last':
        return rule
    for key in ('val_cfg', 'val_evaluator', 'test_dataloader', 'test_evaluator'):
        if not cfg.get(key):
            raise ValueError(
                f'selection={rule!r} evaluates each epoch and tests the best one, but '
                f'the config has no {key}'
                + (' (--no-validate removes it).' if key.startswith('val') else '.')
            )
    cfg.train_cfg.val_interval = 1
    cfg.train_cfg.val_begin = 1
    if rule == 'test':
        cfg.val_dataloader = copy.deepcopy(cfg.test_dataloader)
    else:
        hook['val_part'] = _cut_validation(cfg, hook.get('val_part', VAL_PART))
    return rule


def _cut_validation(cfg: Config, share: float) -> float:
    """Sets the validation part aside; returns its share of the training fold."""
    train, test = (
        list(_data_sets(cfg[f'{subset}_dataloader'], subset))
        for subset in ('train', 'test')
    )
    if len(train) != 1 or not test:
        raise ValueError(
            "selection='val' needs one data set with subset='train' in "
            f"train_dataloader (found {len(train)}) and one with subset='test' in "
            f'test_dataloader (found {len(test)}): only a DFERDataset knows how to cut '
            "a validation part off. For other data use selection='last'."
        )
    share = train[0].get('val_part') or share
    train[0]['val_part'] = share
    own = list(_data_sets(cfg.get('val_dataloader') or {}, 'val'))
    for data_set in own:
        data_set['val_part'] = share
    if not own:
        data_set = copy.deepcopy(train[0])
        data_set.update(subset='val', pipeline=copy.deepcopy(test[0].get('pipeline')))
        data_set.pop('test_mode', None)
        cfg.val_dataloader = copy.deepcopy(cfg.test_dataloader)
        cfg.val_dataloader.dataset = data_set
    return share


def _data_sets(node: object, subset: str) -> Iterator[dict]:
    if isinstance(node, dict):
        if node.get('subset') == subset:
            yield node
        node = list(node.values())
    for child in node if isinstance(node, list | tuple) else ():
        yield from _data_sets(child, subset)
