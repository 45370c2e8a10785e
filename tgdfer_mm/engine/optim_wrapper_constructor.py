"""Learning rates and weight decay for each part of the model, in few groups."""

from collections.abc import Iterable

from mmengine.logging import print_log
from mmengine.model import is_model_wrapper
from mmengine.optim import DefaultOptimWrapperConstructor, OptimWrapper
from mmengine.registry import OPTIM_WRAPPERS, OPTIMIZERS
from torch import nn
from torch.distributed.fsdp import FullyShardedDataParallel

from ..registry import OPTIM_WRAPPER_CONSTRUCTORS
from .fsdp_strategy import whole_parameters

_ENTRIES = {'custom_keys', 'no_decay'}
_FACTORS = {'lr_mult': 'lr', 'decay_mult': 'weight_decay'}


class ParamwiseError(ValueError):
    """A setting names parameters that this model does not have."""

    exit_code = 2  # exit code of a command


@OPTIM_WRAPPER_CONSTRUCTORS.register_module()
class TextGuidedOptimWrapperConstructor(DefaultOptimWrapperConstructor):
    """Builds the optimizer with one parameter group for each pair of rate and decay.

    It differs from mmengine's constructor in four ways. Parameters with at most one
    dimension (norms, biases, scalars) never decay, not even under a custom key. A key
    is the complete name of a module or parameter, not a part of a name. A key that
    matches nothing is an error. Parameters with the same settings share a group, which
    makes the ``foreach`` and ``fused`` optimizers fast.

    Frozen parameters are left out. It has two arguments: ``optim_wrapper_cfg`` is the
    config of the wrapper, with ``optimizer``, and ``paramwise_cfg`` has these entries:

    * ``custom_keys``: maps the name of a module or parameter, such as
      ``backbone.visual``, to ``dict(lr_mult=..., decay_mult=...)``, each 1 unless
      given; the longest matching key counts. With ``optional=True`` in the dict the
      key may match nothing.
    * ``no_decay``: names, such as ``positional_embedding``, of parameters that never
      decay; a name matches wherever it is one of the dotted parts.

    Raises:
        ValueError: An unknown entry, a key that matches no parameter, a factor for a
            rate or decay that the optimizer does not state, nothing to train, or a
            model whose parameters FSDP has flattened.
    """

    def __call__(self, model: nn.Module) -> OptimWrapper:
        """Builds the optimizer wrapper for a model."""
        if isinstance(model, FullyShardedDataParallel):
            self._check_sharding(model)
        elif is_model_wrapper(model):
            model = model.module
        with whole_parameters(model):
            groups = self.param_groups(model)
            for group in groups:
                _log(group)
        optimizer = OPTIMIZERS.build(dict(self.optimizer_cfg, params=groups))
        wrapper = dict(self.optim_wrapper_cfg)
        wrapper.setdefault('type', 'OptimWrapper')
        return OPTIM_WRAPPERS.build(wrapper, default_args=dict(optimizer=optimizer))

    def param_groups(self, model: nn.Module) -> list[dict]:
        """Sorts the trainable parameters into groups.

        Args:
            model: The model, not wrapped.

        Returns:
            Groups in the order of their first parameters in the model.
        """
        keys = self.paramwise_cfg.get('custom_keys', {})
        no_decay = self.paramwise_cfg.get('no_decay', ())
        self._check_keys(keys, no_decay, [name for name, _ in model.named_parameters()])
        by_options: dict[tuple, dict] = {}
        for name, param in model.named_parameters():
            if not param.requires_grad:
                continue
            matching = (key for key in keys if _is_below(name, key))
            custom = keys.get(max(matching, key=len, default=None), {})
            options = {}
            if self.base_lr is not None:
                options['lr'] = self.base_lr * custom.get('lr_mult', 1)
            if self.base_wd is not None:
                exempt = param.ndim <= 1 or not set(no_decay).isdisjoint(
                    name.split('.')
                )
                decay = 0.0 if exempt else custom.get('decay_mult', 1)
                options['weight_decay'] = self.base_wd * decay
            group = by_options.setdefault(
                tuple(options.values()), dict(params=[], **options)
            )
            group['params'].append(param)
        if not by_options:
            raise ParamwiseError(
                'The model has no trainable parameter: unfreeze a part of it, such '
                'as the head.'
            )
        return list(by_options.values())

    def _check_sharding(self, model: nn.Module) -> None:
        if not model._use_orig_params:
            raise ParamwiseError(
                'FSDP has flattened the parameters that have different rates. Set '
                'strategy.model_wrapper.use_orig_params=True.'
            )
        if self.optim_wrapper_cfg.get('clip_grad'):
            raise ParamwiseError(
                'optim_wrapper.clip_grad: with FSDP each process has only a part of '
                'the gradients, and would clip by the norm of that part. Remove this '
                'setting.'
            )

    def _check_keys(
        self, keys: dict[str, dict], no_decay: Iterable[str], names: list[str]
    ) -> None:
        where = 'optim_wrapper.paramwise_cfg'
        for key, custom in keys.items():
            here = f'{where}.custom_keys[{key!r}]'
            if not set(custom) <= {*_FACTORS, 'optional'}:
                raise ParamwiseError(
                    f'{here} has the entries {sorted(custom)}, but only '
                    f'{[*_FACTORS, "optional"]} are allowed.'
                )
            for factor in set(custom) & set(_FACTORS):
                if _FACTORS[factor] not in self.optimizer_cfg:
                    raise ParamwiseError(
                        f'{here} has {factor}, so optim_wrapper.optimizer must state '
                        f'{_FACTORS[factor]}.'
                    )
            if not custom.get('optional') and not any(_is_below(n, key) for n in names):
                raise ParamwiseError(
                    f'{here} matches no parameter; the top-level modules are '
                    f'{sorted({n.split(".")[0] for n in names})}. Add optional=True '
                    'if this is intended.'
                )
        there = {part for name in names for part in name.split('.')}
        lacking = [key for key in no_decay if key not in there]
        if lacking:
            own = sorted({name.split('.')[-1] for name in names} - {'weight', 'bias'})
            rest = [key for key in no_decay if key in there]
            raise ParamwiseError(
                f'{where}.no_decay: no parameter of this model has {lacking} in its '
                f'name. Apart from weights and biases there are {own}. If the model '
                f'was changed on purpose, set {where}.no_decay={rest}.'
            )

    def _validate_cfg(self) -> None:
        unknown = set(self.paramwise_cfg) - _ENTRIES
        if unknown:
            raise ParamwiseError(
                f'optim_wrapper.paramwise_cfg has unknown entries {sorted(unknown)}; '
                f'known are {sorted(_ENTRIES)}.'
            )


def _is_below(name: str, key: str) -> bool:
    return name == key or name.startswith(f'{key}.')


def _log(group: dict) -> None:
    count = sum(param.numel() for param in group['params'])
    options = {k: v for k, v in group.items() if k != 'params'}
    print_log(
        f'Optimizer group: {len(group["params"])} tensors, {count} numbers, {options}',
        logger='current',
    )
