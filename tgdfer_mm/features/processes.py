"""The processes of a distributed run, before there is a runner."""

import os
from collections.abc import Callable
from typing import TypeVar

from mmengine.config import Config
from mmengine.dist import (
    broadcast_object_list,
    init_dist,
    is_distributed,
    is_main_process,
)

T = TypeVar('T')

# Environment variables that each launcher sets for its processes.
_TOLD = {
    'pytorch': (
        ('RANK', 'LOCAL_RANK', 'WORLD_SIZE', 'MASTER_ADDR', 'MASTER_PORT'),
        'torchrun sets it: start with `bash tools/dist_train.sh CONFIG GPUS`',
    ),
    'slurm': (
        ('SLURM_PROCID', 'SLURM_NTASKS', 'SLURM_NODELIST'),
        'srun sets it: start with tools/slurm_train.sh',
    ),
    'mpi': (
        ('OMPI_COMM_WORLD_LOCAL_RANK', 'OMPI_COMM_WORLD_SIZE', 'OMPI_COMM_WORLD_RANK'),
        'mpirun of Open MPI sets it',
    ),
}


class LauncherError(RuntimeError):
    """A process that no launcher has started."""

    exit_code = 2  # of a command


def start_processes(cfg: Config) -> None:
    """Connects the processes of a distributed run, before its runner does so.

    Raises:
        LauncherError: The launcher has not set the environment.
    """
    launcher = cfg.get('launcher') or 'none'
    if launcher == 'none' or is_distributed():
        return
    names, advice = _TOLD.get(launcher, ((), ''))
    if launcher == 'mpi':
        names = (*names, 'MASTER_ADDR')
    missing = [name for name in names if not os.environ.get(name)]
    if missing:
        raise LauncherError(
            f'--launcher {launcher}: the environment variable {missing[0]} is not set. '
            f'{advice}, or leave --launcher out to run one process.'
        )
    init_dist(launcher, **(cfg.get('env_cfg') or {}).get('dist_cfg', {}))


def as_one(function: Callable[..., T], *args) -> T:
    """Calls a function in the main process; every process gets its result.

    Other machines may see a folder differently. A process that decides differently, or
    stops alone, would leave the others waiting.

    Args:
        function: Its result, or its error, must be possible to pickle.
        *args: Its arguments.

    Raises:
        Exception: The error of the function, in every process.
    """
    answer: list = [None, None]
    if is_main_process():
        try:
            answer[0] = function(*args)
        except Exception as error:  # after any error, since the others wait for it
            answer[1] = error
    broadcast_object_list(answer)
    found, error = answer
    if error is not None:
        raise error
    return found
