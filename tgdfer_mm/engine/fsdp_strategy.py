"""Sharded training (FSDP) with the same checkpoints as any other run."""

from contextlib import nullcontext
from functools import partial

from mmengine._strategy import FSDPStrategy
from mmengine.device import get_device
from mmengine.dist import is_distributed, is_main_process
from mmengine.optim import BaseOptimWrapper
from mmengine.registry import STRATEGIES
from torch import nn
from torch.distributed.fsdp import FullyShardedDataParallel
from torch.distributed.fsdp.wrap import lambda_auto_wrap_policy

from ..features.processes import LauncherError
from ..files import remove_leftovers, replacing
from ..recipe.recipe import RecipeError
from ..recipe.runners import ResumeError

_PREFIX = '_fsdp_wrapped_module.'  # FSDP adds it to the names


@STRATEGIES.register_module()
class WholeFSDPStrategy(FSDPStrategy):
    """Fully sharded data parallel, with whole checkpoints.

    Each process keeps a part of the weights, gradients and optimizer state. The first
    process writes each checkpoint as one file. It has the form of a run with one
    process: the optimizer's state is by position and not by name. So a run may be
    resumed with FSDP, without it, and with another number of processes. ``tgdfer test``
    and ``tgdfer infer`` read the file like any other.

    mmengine's own strategy gives torch the optimizer's state in the order of torch 2.0,
    and cannot resume with newer versions.

    Args:
        state_dict_cfg: Always ``'full'``, as described above.
        **kwargs: Arguments of mmengine's ``FSDPStrategy``. In ``model_wrapper`` the
            default of ``device_id`` is the GPU of the process, or the CPU if there is
            none. The default of ``auto_wrap_policy`` shards each block of the image
            tower by itself, see :func:`blocks_of`. A module that is sharded by itself
            may be called only by its ``forward``; neck, head and text encoder are also
            called in other ways.

    Raises:
        RecipeError: Another ``state_dict_cfg``, or a parameter without a dimension.
        LauncherError: No launcher has started the run.
    """

    def __init__(self, *, state_dict_cfg: str = 'full', **kwargs) -> None:
        if state_dict_cfg != 'full':
            raise RecipeError(
                f'strategy.state_dict_cfg={state_dict_cfg!r}: WholeFSDPStrategy writes '
                "whole checkpoints. Set it to 'full', or leave it out."
            )
        super().__init__(state_dict_cfg=state_dict_cfg, **kwargs)
        # torch 2.14 does not copy state that is already on the CPU, and overwrites one
        # part of Adam's state by the next one (`_unflatten_orig_param_states`).
        self.optim_state_dict_config.offload_to_cpu = get_device() != 'cpu'

    def _wrap_model(self, model: nn.Module) -> FullyShardedDataParallel:
        if not is_distributed():
            raise LauncherError(
                'FSDP divides a model between the processes of a launcher, but this '
                'run has no launcher. Start with torchrun and --launcher pytorch '
                '(docs/many_processes.md), or use the config without FSDP.'
            )
        bare = [name for name, param in model.named_parameters() if not param.ndim]
        if bare:
            raise RecipeError(
                'FSDP does not accept a parameter without a dimension, such as '
                f'{bare[0]}. Give it the shape (1,).'
            )
        blocks = blocks_of(getattr(model, 'backbone', nn.Module()))
        policy = partial(lambda_auto_wrap_policy, lambda_fn=blocks.__contains__)
        wrapper = dict(auto_wrap_policy=policy)
        if get_device() == 'cpu':
            wrapper['device_id'] = 'cpu'
        self.model_wrapper = wrapper | (self.model_wrapper or {})
        return super()._wrap_model(model)

    def build_optim_wrapper(self, optim_wrapper, model=None) -> BaseOptimWrapper:
        """As in mmengine; the limits of weights are also kept in the shards.

        Changes that a ``forward`` makes to weights in place are lost in sharding.
        """
        built = super().build_optim_wrapper(optim_wrapper, model)
        limited = [m for m in model.modules() if hasattr(type(m), 'hold_limits')]

        def hold_limits(*_) -> None:
            for module in limited:
                module.hold_limits()

        built.optimizer.register_step_pre_hook(hold_limits)
        return built

    def save_checkpoint(self, filename: str, **kwargs) -> None:
        """Writes a complete file or none; every process must call this."""
        if not is_main_process():
            super().save_checkpoint(filename, **kwargs)
            return
        remove_leftovers(filename)
        with replacing(filename) as temporary:
            super().save_checkpoint(str(temporary), **kwargs)

    def optim_state_dict(self) -> dict:
        """The optimizer's state as without FSDP; empty except in the first process."""
        optimizer = self.optim_wrapper.optimizer
        by_name = FullyShardedDataParallel.optim_state_dict(self.model, optimizer)
        if not by_name:
            return {}
        places = {name: place for place, name in enumerate(self._names())}
        state = {places[name]: values for name, values in by_name['state'].items()}
        # its groups, and the values that it adds to them
        whole = self.optim_wrapper.state_dict()
        return whole | dict(state=dict(sorted(state.items())))

    def load_optim_state_dict(self, state_dict: dict) -> None:
        """Takes the optimizer's state of a run with or without FSDP.

        Raises:
            ResumeError: It has other parameters.
        """
        names = self._names()
        groups = state_dict['param_groups']
        sizes = [len(group['params']) for group in groups]
        own = [len(g['params']) for g in self.optim_wrapper.optimizer.param_groups]
        if sizes != own:
            raise ResumeError(
                f"the optimizer's state in the checkpoint has groups of {sizes} "
                f'parameters, but this run has groups of {own}. Resume with the '
                'config of that run.'
            )
        named = dict(
            state={names[place]: v for place, v in state_dict['state'].items()},
            param_groups=[
                group | dict(params=[names[place] for place in group['params']])
                for group in groups
            ],
        )
        sharded = FullyShardedDataParallel.optim_state_dict_to_load(
            self.model, self.optim_wrapper.optimizer, named
        )
        self.optim_wrapper.load_state_dict(state_dict | sharded)

    def _names(self) -> list[str]:
        """Names of the trained parameters, in the optimizer's order."""
        names = {
            id(param): name.replace(_PREFIX, '')
            for name, param in self.model.named_parameters()
        }
        groups = self.optim_wrapper.optimizer.param_groups
        return [names[id(param)] for group in groups for param in group['params']]


def blocks_of(tower: nn.Module) -> set[nn.Module]:
    """The repeated blocks of a tower: items of its lists that have parts."""
    if isinstance(tower, nn.ModuleList | nn.Sequential):
        blocks = {part for part in tower if any(part.children())}
    else:
        blocks = set()
    deeper = (blocks_of(part) for part in tower.children() if part not in blocks)
    return blocks.union(*deeper)


def whole_parameters(model: nn.Module):
    """A context in which a model's parameters have their own names and shapes.

    Outside the context, parameters of a sharded model are flat parts with FSDP's names.

    Args:
        model: A model, which FSDP may have wrapped.
    """
    if isinstance(model, FullyShardedDataParallel):
        return FullyShardedDataParallel.summon_full_params(model, writeback=False)
    return nullcontext()
