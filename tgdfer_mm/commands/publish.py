"""Publishing a checkpoint."""

import json
from argparse import Namespace

from ..engine.publish import publish
from ..terminal import say
from ..video.errors import UsageError


def run(args: Namespace) -> int:
    """Writes the weights and prints what they are; returns the exit code."""
    try:
        info = publish(args.checkpoint, args.out, command=args.command)
    except (ValueError, OSError, KeyError) as err:
        if hasattr(err, 'exit_code'):
            raise
        lacks = f'{args.checkpoint} lacks {err}' if isinstance(err, KeyError) else err
        raise UsageError(str(lacks)) from err
    say(json.dumps(info, indent=2))
    return 0
