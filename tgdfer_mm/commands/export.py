"""Exports a model."""

from argparse import Namespace

from ..apis import load_model
from ..apis.export import check_out, export_onnx
from ..apis.usable_model import naming_the_model
from ..terminal import complain, say
from ..video.errors import InputError, UsageError, VideoError


def run(args: Namespace) -> int:
    """Exports; returns the exit code."""
    try:
        check_out(args.out)  # before a minute is spent
        with naming_the_model(args.model, args.checkpoint):
            out = export_onnx(load_model(args.model, args.checkpoint), args.out)
    except VideoError as err:
        complain(err)
        # Code 3 is for a video; a model is an argument.
        return UsageError.exit_code if isinstance(err, InputError) else err.exit_code
    say(f'{out}: {out.stat().st_size / 2**20:.1f} MiB')
    return 0
