"""Starts trainings and tests as separate processes."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ..locks import HOLDER, my_name, open_locked
from ..paths import tools_dir
from ..recipe.work_folder import LOCK
from .runs import Run

LAUNCHERS = ('none', 'pytorch', 'slurm')
PATIENCE = 30  # seconds that a process has to end by itself


@dataclass(frozen=True)
class Launcher:
    """Makes the command that trains a run.

    Args:
        config: The config file.
        launcher: ``none`` (a process), ``pytorch`` (``tools/dist_train.sh``) or
            ``slurm`` (``tools/slurm_train.sh``). There are such scripts for tests, too.
        gpus: Number of processes for ``pytorch`` and ``slurm``.
        partition: Slurm's partition.
        options: Changes to the config, each ``key=value``.
        extra: More options of ``tgdfer train``.

    Raises:
        ValueError: The arguments do not fit together.
    """

    config: str
    launcher: str = 'none'
    gpus: int | None = None
    partition: str | None = None
    options: Sequence[str] = ()
    extra: Sequence[str] = ()

    def __post_init__(self) -> None:
        if self.launcher == 'none' and (self.gpus or 1) > 1:
            raise ValueError('--gpus needs --launcher pytorch or slurm.')
        if self.launcher != 'none' and not self.gpus:
            raise ValueError(f'--launcher {self.launcher} needs --gpus.')
        if self.launcher == 'slurm' and not self.partition:
            raise ValueError('--launcher slurm needs --partition.')

    def command(self, run: Run) -> list[str]:
        """The command line of a training; it resumes an interrupted one."""
        start = self._start('train', run.name, self.config)
        fold = [] if run.fold is None else ['--fold', str(run.fold)]
        seed_folder = run.root / f'seed{run.seed}'
        return [
            *start,
            *('--work-dir', str(seed_folder), '--seed', str(run.seed), *fold),
            *('--selection', run.rule, '--resume', *self.extra),
            *(('--cfg-options', *self.options) if self.options else ()),
        ]

    def test_command(
        self, name: str, config: str, checkpoint: str, options: Sequence[str]
    ) -> list[str]:
        """The command line that tests a checkpoint.

        Args:
            name: Name of the test.
            config: The config file.
            checkpoint: The checkpoint.
            options: Options of ``tgdfer test``.
        """
        return [*self._start('test', name, config, checkpoint), *options]

    def _start(self, what: str, name: str, *files: str) -> list[str]:
        tools = tools_dir()
        if self.launcher == 'none':
            return [sys.executable, str(tools / f'{what}.py'), *files]
        if self.launcher == 'pytorch':
            return ['bash', str(tools / f'dist_{what}.sh'), *files, str(self.gpus)]
        job = name.replace('/', '_').replace(' ', '_')
        script = str(tools / f'slurm_{what}.sh')
        return ['bash', script, str(self.partition), job, *files]

    def environment(self) -> dict[str, str]:
        """Environment of the command."""
        env = dict(os.environ)
        # the run works in the folder that this process has locked
        env[HOLDER] = my_name()
        # The scripts find the interpreter and torchrun of this environment.
        env['PATH'] = f'{Path(sys.executable).parent}{os.pathsep}{env["PATH"]}'
        if self.launcher == 'pytorch' and 'PORT' not in env:
            with socket.socket() as free:  # several protocols may run on one machine
                free.bind(('127.0.0.1', 0))
                env['PORT'] = str(free.getsockname()[1])
        if self.launcher == 'slurm':
            env['GPUS'] = str(self.gpus)
            env.setdefault('GPUS_PER_NODE', str(min(self.gpus, 8)))
        return env


def run_command(
    command: Sequence[str],
    log: Path,
    lock: int,
    env: dict[str, str],
    watch: Callable[[], None],
    interval: float = 0.5,
) -> int:
    """Runs a command, writes its output to a file, and waits for its end.

    If this process is interrupted, the command is ended too. If this process is killed,
    the command goes on and keeps the lock.

    Args:
        command: The command line.
        log: File to which the output is appended.
        lock: Descriptor of a locked file, which the command keeps open.
        env: Environment.
        watch: Is called repeatedly while the command runs.
        interval: Seconds between two calls of `watch`.

    Returns:
        The exit code.
    """
    with open(log, 'ab') as out:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            env=env,
            pass_fds=[lock],
            start_new_session=True,  # so that the whole group of processes can be ended
        )
    try:
        while True:
            try:
                return process.wait(interval)
            except subprocess.TimeoutExpired:
                watch()
    except BaseException:
        _end(process)
        raise


def _end(process: subprocess.Popen) -> None:
    for number in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(process.pid, number)
            process.wait(PATIENCE)
        except ProcessLookupError:
            return
        except subprocess.TimeoutExpired:
            continue
        return


@contextmanager
def folder_lock(folder: Path, wait: bool = False) -> Iterator[int | None]:
    """Locks a folder for this process and the commands that it starts.

    Args:
        folder: The folder; it is created if absent.
        wait: Whether to wait for it.

    Yields:
        The descriptor of the lock, None if another process has it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    handle = open_locked(folder / LOCK, wait)
    try:
        yield handle
    finally:
        if handle is not None:
            os.close(handle)
