"""Repairs of distributed runs on machines without a GPU."""

from collections.abc import Callable
from contextlib import contextmanager
from functools import wraps
from unittest import mock


def allow_distributed_without_cuda() -> None:
    """Makes mmengine start under torchrun on a machine without a GPU.

    mmengine 0.10.7 selects a CUDA device and the nccl backend without checking for a
    GPU (the lines are those of https://github.com/open-mmlab/mmengine/pull/973).
    Without an accelerator, the selection is skipped and gloo replaces nccl. With one,
    nothing changes; nor will it if mmengine no longer selects an absent device.
    """
    from mmengine.dist import utils

    for name in ('_init_dist_pytorch', '_init_dist_slurm'):
        init = getattr(utils, name, None)
        if init is not None and not hasattr(init, '__wrapped__'):
            setattr(utils, name, _without_cuda(init))


def _without_cuda(init: Callable) -> Callable:
    @wraps(init)
    def wrapped(backend: str, **kwargs) -> None:
        if _has_accelerator():
            return init(backend, **kwargs)
        with _no_set_device():
            return init('gloo' if backend == 'nccl' else backend, **kwargs)

    return wrapped


@contextmanager
def _no_set_device():
    with mock.patch('torch.cuda.set_device', lambda device: None):
        yield


def _has_accelerator() -> bool:
    from mmengine.device import get_device

    return get_device() not in ('cpu', 'mps')


def allow_ddp_without_cuda() -> None:
    """Drops ``device_ids`` for a model on the CPU, which torch's DDP refuses.

    mmengine 0.10.7 always passes ``device_ids=[LOCAL_RANK]`` (``Runner.wrap_model``,
    see https://github.com/open-mmlab/mmengine/pull/973). Does nothing for a model on a
    GPU, or if no ids are passed.
    """
    from mmengine.model import MMDistributedDataParallel

    init = MMDistributedDataParallel.__init__
    if hasattr(init, '__wrapped__'):
        return

    @wraps(init)
    def wrapped(self, module, *args, **kwargs):
        if all(p.device.type == 'cpu' for p in module.parameters()):
            kwargs.pop('device_ids', None)
        init(self, module, *args, **kwargs)

    MMDistributedDataParallel.__init__ = wrapped
