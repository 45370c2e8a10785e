"""Writes a model to hand on: a folder with a model card, on the hub too, or one file.

tgdfer publish work_dirs/tgdfer_own my_model --licence cc-by-nc-4.0
tgdfer publish work_dirs/tgdfer_own my_model --push org/name
tgdfer publish work_dirs/tgdfer_demo/fold1/epoch_4.pth out.safetensors
"""

from argparse import ArgumentParser, Namespace

_EPILOG = """
A folder has model.safetensors, config.json, preprocessor_config.json and README.md, the
model card. `tgdfer infer --model FOLDER`, or --model org/name, uses it. Nothing is sent
without --push. An edited README.md is sent by naming the folder twice:
`tgdfer publish my_model my_model --push org/name`."""


def add_arguments(parser: ArgumentParser) -> None:
    """Adds the options."""
    parser.epilog = _EPILOG
    parser.add_argument(
        'model',
        help='the work folder of a training, a config, or what else --model of `tgdfer '
        'infer` takes; for one file, a checkpoint',
    )
    parser.add_argument('out', help='folder, absent or empty; or *.safetensors')
    parser.add_argument('--checkpoint', help="a config's weights")
    parser.add_argument(
        '--half', action='store_true', help='16 bits a number (a file always has them)'
    )
    parser.add_argument('--licence', help='of the weights, such as cc-by-nc-4.0')
    parser.add_argument(
        '--groups',
        metavar='FILE',
        help='results by groups of people for the card, written by `tgdfer groups`',
    )
    parser.add_argument(
        '--push', metavar='ORG/NAME', help='send the folder there; @BRANCH may follow'
    )
    parser.add_argument(
        '--public', action='store_true', help='a repository that is made is for all'
    )
    parser.add_argument(
        '--command', default='', help='for one file: how the checkpoint was made'
    )


def run(args: Namespace) -> int:
    """Publishes."""
    from tgdfer_mm.commands.publish import run as work

    return work(args)
