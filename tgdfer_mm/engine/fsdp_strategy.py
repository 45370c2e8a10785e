"""Sharded training whose checkpoints are those of any other run."""

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

_PREFIX = '_fsdp_wrapped_module.'  # FSDP puts it into the names


@STRATEGIES.register_module()
class WholeFSDPStrategy(FSDPStrategy):
    """Fully sharded data parallel, with whole checkpoints.

    Each process keeps a part of weights, gradients and optimizer. A checkpoint is one
    file, written by the first process: that of a run of one process, with the
    optimizer's state by places and not by names. So a run may go on with FSDP, without
    it, and on another number of processes, and ``tgdfer test`` and ``tgdfer infer``
    read the file as any other.

    mmengine's own strategy hands torch the optimizer's state in the order of torch 2.0,
    and cannot resume with newer ones.

    Args:
        state_dict_cfg: ``'full'``; what it stands for is described above.
        **kwargs: As for mmengine's ``FSDPStrategy``. Of ``model_wrapper`` the
            ``device_id`` is by default the process's GPU, or the CPU where there is
            none, and the ``auto_wrap_policy`` brings together one block of the image
            tower at a time, see :func:`blocks_of`. A module that is sharded by itself
            has to be called by its ``forward`` alone, which neck, head and text
            encoder are not.

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
        # What is on the CPU already torch 2.14 does not copy, and overwrites one part
        # of Adam's state by the next (`_unflatten_orig_param_states`).
        self.optim_state_dict_config.offload_to_cpu = get_device() != 'cpu'

    def _wrap_model(self, model: nn.Module) -> FullyShardedDataParallel:
        if not is_distributed():
            raise LauncherError(
                'FSDP shares a model out between the processes of a launcher, and '
                'there is none. Start with torchrun and --launcher pytorch '
                '(docs/many_processes.md), or take the config without FSDP.'
            )
        bare = [name for name, param in model.named_parameters() if not param.ndim]
        if bare:
            raise RecipeError(
                f'FSDP takes no parameter without a dimension, such as {bare[0]}. Make '
                'it a tensor of one number, of shape (1,).'
            )
        blocks = blocks_of(getattr(model, 'backbone', nn.Module()))
        policy = partial(lambda_auto_wrap_policy, lambda_fn=blocks.__contains__)
        wrapper = dict(auto_wrap_policy=policy)
        if get_device() == 'cpu':
            wrapper['device_id'] = 'cpu'
        self.model_wrapper = wrapper | (self.model_wrapper or {})
        return super()._wrap_model(model)

    def build_optim_wrapper(self, optim_wrapper, model=None) -> BaseOptimWrapper:
        """As mmengine's; the limits of the weights hold for the parts, too.

        What a ``forward`` does to weights in place is lost when they are shared out.
        """
        built = super().build_optim_wrapper(optim_wrapper, model)
        limited = [m for m in model.modules() if hasattr(type(m), 'hold_limits')]

        def hold_limits(*_) -> None:
            for module in limited:
                module.hold_limits()

        built.optimizer.register_step_pre_hook(hold_limits)
        return built

    def save_checkpoint(self, filename: str, **kwargs) -> None:
        """Writes the file whole or not at all; every process has to call this."""
        if not is_main_process():
            super().save_checkpoint(filename, **kwargs)
            return
        remove_leftovers(filename)
        with replacing(filename) as temporary:
            super().save_checkpoint(str(temporary), **kwargs)

    def optim_state_dict(self) -> dict:
        """The optimizer's state as without FSDP; nothing but in the first process."""
        optimizer = self.optim_wrapper.optimizer
        by_name = FullyShardedDataParallel.optim_state_dict(self.model, optimizer)
        if not by_name:
            return {}
        places = {name: place for place, name in enumerate(self._names())}
        state = {places[name]: values for name, values in by_name['state'].items()}
        whole = self.optim_wrapper.state_dict()  # its groups, and what it adds to them
        return whole | dict(state=dict(sorted(state.items())))

    def load_optim_state_dict(self, state_dict: dict) -> None:
        """Takes the optimizer's state of a run with or without FSDP.

        Raises:
            ResumeError: It is of other parameters.
        """
        names = self._names()
        groups = state_dict['param_groups']
        sizes = [len(group['params']) for group in groups]
        own = [len(g['params']) for g in self.optim_wrapper.optimizer.param_groups]
        if sizes != own:
            raise ResumeError(
                f"the optimizer's state in the checkpoint is of groups of {sizes} "
                f'parameters, those of this run have {own}.'
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
    """The repeated parts of a tower: what its lists hold that has parts of its own."""
    if isinstance(tower, nn.ModuleList | nn.Sequential):
        blocks = {part for part in tower if any(part.children())}
    else:
        blocks = set()
    deeper = (blocks_of(part) for part in tower.children() if part not in blocks)
    return blocks.union(*deeper)


def whole_parameters(model: nn.Module):
    """A context in which a model's parameters have their own names and shapes.

    Outside, those of a sharded model are flat parts with names of FSDP's.

    Args:
        model: A model, which FSDP may have wrapped.
    """
    if isinstance(model, FullyShardedDataParallel):
        return FullyShardedDataParallel.summon_full_params(model, writeback=False)
    return nullcontext()
