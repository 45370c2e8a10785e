"""Converts a checkpoint of another project to the names of ours; see docs/convert.md.

tgdfer convert downloads/dferclip_fold1.pth dferclip.safetensors \\
    --config baselines/dferclip_dfew --fold 1 --class-token end
"""

from argparse import ArgumentParser, Namespace

from .common import add_settings

PLACES = ('end', 'middle', 'front')
FORMATS = (
    *('clip', 'dferclip', 'emoclip', 'ial', 'm3dfel', 'mira', 'mira_pretrained'),
    *('r3d18', 's2d', 's2d_landmarks', 's2d_whole'),
)


def add_arguments(parser: ArgumentParser) -> None:
    """Adds the options."""
    parser.add_argument(
        'source', help='checkpoint: .pth, .pt, .bin, .safetensors or TorchScript'
    )
    parser.add_argument('out', help='file to write, *.safetensors or *.pth')
    parser.add_argument(
        '--config', help='config whose model, or backbone, gets the weights'
    )
    add_settings(
        parser, '--cfg-options', 'change these settings of the config, as key=value'
    )
    parser.add_argument(
        '--arch', help='architecture of a CLIP, for instance ViT-B-32-quickgelu'
    )
    parser.add_argument(
        '--format',
        choices=FORMATS,
        help='format of SOURCE; without it the names in the file tell',
    )
    parser.add_argument(
        '--classes',
        help='order of the classes in the file: mafw, mafw:alphabetical, or names with '
        'commas between them',
    )
    parser.add_argument('--fold', type=int, help='fold on which it was trained')
    parser.add_argument(
        '--class-token',
        choices=PLACES,
        help="place of a class's words among the contexts of its prompt. DFER-CLIP's "
        "files do not tell it; the authors' scripts have 'end'",
    )
    parser.add_argument(
        '--allow-missing',
        action='store_true',
        help='write the file although weights are missing in it',
    )
    parser.add_argument(
        '--report',
        help='JSON file of the report; without it OUT with the ending .report.json',
    )


def run(args: Namespace) -> int:
    """Converts."""
    from tgdfer_mm.commands.convert import run as work

    return work(args)
