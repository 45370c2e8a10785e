"""`tools/run_folds.py` with its trainings forked, and ways to kill and to fail.

A process of the tests that imports everything once: for each command line that comes
in as a line of JSON it forks, and answers with the exit code.
"""

import json
import os
import signal
import subprocess
import sys
import traceback
from collections.abc import Callable
from types import SimpleNamespace

import sklearn.metrics  # noqa: F401  every run has scores, and would import it again
import standin
from mmengine.hooks import Hook

from tgdfer_mm.protocol import launch
from tgdfer_mm.registry import HOOKS


@HOOKS.register_module()
class TroubleHook(Hook):
    """Makes trouble in the run and the iteration that the environment names.

    TROUBLE is e.g. ``parent seed0/fold2 5``: what happens, and where. ``parent`` kills
    the process that has started the run, ``both`` the run too, ``fail`` raises.
    """

    def after_train_iter(self, runner, batch_idx, data_batch=None, outputs=None):
        what, folder, iteration = os.environ.get('TROUBLE', '- - 0').split()
        if not runner.work_dir.endswith(folder) or runner.iter != int(iteration):
            return
        if what == 'fail':
            raise RuntimeError('the trouble that was asked for')
        os.kill(os.getppid(), signal.SIGKILL)
        if what == 'both':
            os.kill(os.getpid(), signal.SIGKILL)


class ForkedRun:
    """Stands in for `subprocess.Popen`."""

    def __init__(self, command, stdout, pass_fds, **kwargs):
        assert kwargs['start_new_session'] and len(pass_fds) == 1

        def train():
            os.setsid()
            os.environ.update(kwargs['env'])
            standin.run_tool('train.py', *command[2:])

        self.pid = fork(train, stdout.fileno())

    def wait(self, timeout):
        return exit_code(self.pid)


def fork(work: Callable[[], None], out: int) -> int:
    """Does the work in a process of its own, which writes to `out`."""
    pid = os.fork()
    if pid:
        return pid
    code = 1
    try:
        for number in (1, 2):
            os.dup2(out, number)
        work()
        code = 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 1
        print(end.code)
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def exit_code(pid: int) -> int:
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def serve() -> None:
    """Runs what is asked for until nothing more comes."""
    launch.subprocess = SimpleNamespace(**vars(subprocess) | dict(Popen=ForkedRun))
    for line in sys.stdin:
        request = json.loads(line)

        def work(args=request['args'], env=request['env']):
            standin.run_tool('run_folds.py', *args, env=env)

        with open(request['out'], 'ab') as out:
            pid = fork(work, out.fileno())
        print(exit_code(pid), flush=True)


if __name__ == '__main__':
    sys.modules['protocol_runs'] = sys.modules['__main__']  # the config imports it
    serve()
