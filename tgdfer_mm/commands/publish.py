"""Publishing a checkpoint."""

import json
from argparse import Namespace

from ..engine.publish import publish


def run(args: Namespace) -> int:
    """Writes the weights and prints what they are; returns the exit code."""
    info = publish(args.checkpoint, args.out, command=args.command)
    print(json.dumps(info, indent=2))
    return 0
