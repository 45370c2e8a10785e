"""Writes a model for others: a folder with a model card, or one file of weights.

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
        help='work folder of a training, a config, or another model that `tgdfer infer '
        '--model` takes; for one file of weights, a checkpoint',
    )
    parser.add_argument(
        'out', help='folder to write, new or empty; or one file *.safetensors'
    )
    parser.add_argument(
        '--checkpoint', help='file of the weights, if MODEL is a config'
    )
    parser.add_argument(
        '--half',
        action='store_true',
        help='save 16 bits for each number, not 32 (one file always has 16)',
    )
    parser.add_argument(
        '--licence', help='licence of the weights, such as cc-by-nc-4.0'
    )
    parser.add_argument(
        '--groups',
        metavar='FILE',
        help='results by groups of people, for the model card; `tgdfer groups` writes '
        'them',
    )
    parser.add_argument(
        '--push',
        metavar='ORG/NAME',
        help='send the folder to this repository of the Hugging Face hub; '
        'ORG/NAME@BRANCH sends it to a branch',
    )
    parser.add_argument(
        '--public',
        action='store_true',
        help='make a new repository public; without it it is private',
    )
    parser.add_argument(
        '--command',
        default='',
        help='command that made the checkpoint, kept in the one file as a note',
    )


def run(args: Namespace) -> int:
    """Publishes."""
    from tgdfer_mm.commands.publish import run as work

    return work(args)
