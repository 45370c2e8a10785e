"""Exporting a model."""

import sys
from argparse import Namespace

from ..apis import load_model
from ..apis.export import export_onnx
from ..video.errors import VideoError


def run(args: Namespace) -> int:
    """Exports; returns the exit code."""
    try:
        out = export_onnx(load_model(args.model, args.checkpoint), args.out)
    except VideoError as err:
        print(f'error: {err}', file=sys.stderr)
        return err.exit_code
    print(f'{out}: {out.stat().st_size / 2**20:.1f} MiB')
    return 0
