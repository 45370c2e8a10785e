"""What ``tgdfer app`` does: load the model once, then serve the page."""

import socket
from argparse import Namespace

from rich.console import Console
from rich.markup import escape

from ...video.errors import OutputError, UsageError, VideoError
from ..command import changes_of, faces_of
from ..inferencer import DFERInferencer
from . import LOCAL
from .models import Models
from .scratch import ScratchFolder
from .uploads import Limits


def run(args: Namespace, console: Console | None = None) -> int:
    """Serves until it is stopped; returns the exit code."""
    console = console or Console()
    try:
        from .server import make_app, serve
        from .work import work_with
    except ModuleNotFoundError as err:
        message = f'{err}: pip install "tgdfer_mm[app]"'
        console.print(f'[red]error:[/] {escape(message)}', soft_wrap=True)
        return UsageError.exit_code
    try:
        limits = _limits(args)
        _check_port(args.host, args.port)
        models = Models(
            _inferencer(args, args.model, args.checkpoint),
            lambda name: _inferencer(args, name),
        )
        scratch = _scratch(args.temp)
    except (VideoError, ImportError) as err:
        console.print(f'[red]error:[/] {escape(str(err))}', soft_wrap=True)
        return getattr(err, 'exit_code', UsageError.exit_code)
    try:
        app = make_app(
            work_with(models, limits),
            models.choices,
            limits,
            scratch,
            (*LOCAL, args.host, *args.allow_host),
        )
        if args.host not in LOCAL:
            console.print(
                f'[yellow]Others can reach this page[/] at {args.host}: what they '
                'send and get is not encrypted, and nobody is asked for a password.'
            )
        shown = 'localhost' if args.host in LOCAL else args.host
        console.print(f'Open http://{shown}:{args.port} - stop with Ctrl-C')
        serve(app, args.host, args.port)
    finally:
        scratch.close()
    return 0


def _inferencer(
    args: Namespace, model: str | None, checkpoint: str | None = None
) -> DFERInferencer:
    return DFERInferencer(
        model,
        checkpoint,
        device=args.device,
        faces=faces_of(args),
        show_progress=False,
        **changes_of(args),
    )


def _check_port(host: str, port: int) -> None:
    """Before the model is loaded."""
    family = socket.AF_INET6 if ':' in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as err:
            raise UsageError(
                f'cannot listen at {host}, port {port} ({err.strerror or err}): choose '
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


def _limits(args: Namespace) -> Limits:
    for name in ('max_mb', 'max_seconds', 'keep_minutes'):
        if getattr(args, name) <= 0:
            option = name.replace('_', '-')
            raise UsageError(f'--{option} {getattr(args, name)} must be positive')
    return Limits(args.max_mb, args.max_seconds, keep=60 * args.keep_minutes)
