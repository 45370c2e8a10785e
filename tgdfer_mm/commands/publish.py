"""Publishes a model: as a folder, on the hub, or as one file of weights."""

import json
from argparse import Namespace
from pathlib import Path

from ..apis import load_model, push_to_hub, save_pretrained
from ..apis.calibration import carry_calibration
from ..apis.model_folder import is_model_folder
from ..apis.usable_model import naming_the_model, not_an_input
from ..engine.publish import publish
from ..hf_hub import parse_name
from ..terminal import say
from ..video.errors import UsageError


def run(args: Namespace) -> int:
    """Writes the model and prints its files; returns the exit code."""
    return (_file if Path(args.out).suffix == '.safetensors' else _folder)(args)


def _file(args: Namespace) -> int:
    if args.push or args.licence or args.checkpoint or args.groups:
        raise UsageError(
            f'{args.out} is one file: --push, --licence, --checkpoint and --groups are '
            'for a folder, whose name does not end in .safetensors'
        )
    try:
        info = publish(args.model, args.out, command=args.command)
        carry_calibration(args.model, args.out)
    except (ValueError, OSError, KeyError) as err:
        if hasattr(err, 'exit_code'):
            raise
        lacks = f'{args.model} lacks {err}' if isinstance(err, KeyError) else err
        raise UsageError(str(lacks)) from err
    say(json.dumps(info, indent=2))
    return 0


def _folder(args: Namespace) -> int:
    given, folder = Path(args.model), Path(args.out)
    if given.suffix in ('.pth', '.safetensors') and given.is_file():
        raise UsageError(
            f'{args.model} holds weights alone: for a folder, name the work folder of '
            'the training, or its config with --checkpoint; for one file, end OUT in '
            '.safetensors'
        )
    repo = parse_name(args.push).repo if args.push else None
    if repo is None and args.public:
        raise UsageError('--public is for a repository: name it by --push')
    again = is_model_folder(folder) and given.exists() and folder.samefile(given)
    if again and not args.push:
        raise UsageError(f'{folder}: is the model itself. To send it, add --push')
    if again and args.groups:
        raise UsageError(
            f'{folder}: its card is written already. For one with --groups, name '
            'another folder to write'
        )
    if not again:
        with not_an_input(), naming_the_model(args.model, args.checkpoint):
            loaded = load_model(args.model, args.checkpoint)
        save_pretrained(loaded, folder, args.half, args.licence, repo, args.groups)
        say(f'wrote {folder}. Read its README.md, the model card, before you share it.')
    if args.push:
        url = push_to_hub(folder, args.push, private=not args.public)
        say(f'sent to {url}')
    return 0
