"""The command ``tgdfer app``: loads the model once, then serves the page."""

import os
import socket
import sys
from argparse import Namespace
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from rich.text import Text

from ...terminal import Terminal
from ...video.checks import Number
from ...video.errors import OutputError, UsageError, VideoError
from ..command import changes_of, make_inferencer
from ..inferencer import DFERInferencer
from . import LOCAL
from .models import Models
from .scratch import ScratchFolder
from .uploads import Limits

if TYPE_CHECKING:
    from .camera import CameraView

_CAMERA = Number(least=0, most=99, whole=True)
_PORT = Number(least=0, most=65535, whole=True)


def run(args: Namespace, console: Terminal | None = None) -> int:
    """Serves until it is stopped; returns the exit code.

    Raises:
        VideoError: The page cannot be served; its `exit_code` is the command's.
    """
    console = console or Terminal()
    try:
        from .server import make_app
        from .serving import serve
        from .work import analyse
    except ModuleNotFoundError as err:
        raise UsageError(f'{err}: pip install "tgdfer_mm[app]"') from err
    _check_camera(args)
    port = _free_port(args.host, args.port)
    try:
        models = Models(
            _inferencer(args, args.model, args.checkpoint),
            lambda name: _inferencer(args, name),
        )
    except VideoError:
        raise
    except ImportError as err:
        raise UsageError(str(err)) from err
    limits = Limits(
        args.max_mb,
        args.max_seconds,
        pixels=models.first.settings.max_pixels,
        work=60 * args.max_minutes,
        upload=60 * args.upload_minutes,
        keep=60 * args.keep_minutes,
    )
    with closing(_scratch(args.temp)) as scratch:
        app = make_app(
            partial(analyse, models=models, limits=limits),
            models.choices,
            limits,
            scratch,
            (*LOCAL, args.host, *args.allow_host),
            _camera(args, models.first),
        )
        if args.host not in LOCAL:
            console.print(
                Text('Others can reach this page', 'yellow'),
                f'at {args.host}: what they send and get is not encrypted, and nobody '
                'is asked for a password.',
            )
        shown = 'localhost' if args.host in LOCAL else args.host
        shown = f'[{shown}]' if ':' in shown else shown
        console.print(f'Open http://{shown}:{port} - stop with Ctrl-C')
        os.umask(0o077)  # what is created again later is for this user alone, too
        try:
            serve(app, args.host, port)
        except KeyboardInterrupt:
            console.print('Stopped with Ctrl-C. Videos and results have been removed.')
            return 130
    return 0


def _check_camera(args: Namespace) -> None:
    """Checks, before a model is loaded, that a camera may and can be shown."""
    if args.camera is None:
        return
    if args.host not in LOCAL or args.allow_host:
        raise UsageError(
            '--camera shows the camera of this machine, so only to browsers on this '
            'machine: leave --host and --allow-host out'
        )
    _CAMERA.check('--camera', args.camera)
    if sys.platform == 'linux' and not Path(f'/dev/video{args.camera}').exists():
        raise UsageError(
            f'--camera {args.camera}: this machine has no such camera '
            f'(/dev/video{args.camera}): leave --camera out, or give another number'
        )


def _camera(args: Namespace, inferencer: DFERInferencer) -> 'CameraView | None':
    if args.camera is None:
        return None
    from .camera import CameraView

    return CameraView(partial(inferencer.stream, args.camera), inferencer.about)


def _inferencer(
    args: Namespace, model: str | None, checkpoint: str | None = None
) -> DFERInferencer:
    chosen = Namespace(**{**vars(args), 'model': model, 'checkpoint': checkpoint})
    return make_inferencer(chosen, show_progress=False, **changes_of(args))


def _free_port(host: str, port: int) -> int:
    """Checks the port before the model is loaded; for 0 it finds a free one."""
    _PORT.check('--port', port)
    family = socket.AF_INET6 if ':' in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
            return probe.getsockname()[1]
        # For a host name that cannot exist, Python raises a UnicodeError.
        except (OSError, UnicodeError) as err:
            reason = getattr(err, 'strerror', None) or err
            raise UsageError(
                f'cannot listen at {host}, port {port} ({reason}): choose '
                'others with --host and --port'
            ) from err


def _scratch(root: str | None) -> ScratchFolder:
    try:
        return ScratchFolder(root)
    except OSError as err:
        raise OutputError(
            f'{root or "the folder for temporary files"}: cannot be written '
            f'({err.strerror or err}); choose another with --temp'
        ) from err
