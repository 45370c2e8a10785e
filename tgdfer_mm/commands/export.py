"""Exports a model."""

from argparse import Namespace

from ..apis import load_model
from ..apis.export import check_out, export_onnx
from ..apis.usable_model import naming_the_model, not_an_input
from ..terminal import say


def run(args: Namespace) -> int:
    """Exports; returns the exit code."""
    check_out(args.out)  # before a minute is spent
    with not_an_input(), naming_the_model(args.model, args.checkpoint):
        out = export_onnx(load_model(args.model, args.checkpoint), args.out)
    say(f'{out}: {out.stat().st_size / 2**20:.1f} MiB')
    return 0
