"""Brings a checkpoint of another project under our names; see docs/convert.md.

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
    parser.add_argument('source', help='.pth, .pt, .bin, .safetensors or TorchScript')
    parser.add_argument('out', help='*.safetensors or *.pth')
    parser.add_argument('--config', help='the model, or whose backbone, is filled')
    add_settings(parser, '--cfg-options', 'changes to the config, as key=value')
    parser.add_argument('--arch', help='for a CLIP, e.g. ViT-B-32-quickgelu')
    parser.add_argument('--format', choices=FORMATS, help='found out by default')
    parser.add_argument(
        '--classes',
        help='their order in the file: mafw, mafw:alphabetical, or names with commas',
    )
    parser.add_argument('--fold', type=int, help='the fold it was trained on')
    parser.add_argument(
        '--class-token',
        choices=PLACES,
        help="where a class's words stood among the contexts, which DFER-CLIP's files "
        "do not say: 'end' in the authors' scripts",
    )
    parser.add_argument(
        '--allow-missing', action='store_true', help='write what is incomplete'
    )
    parser.add_argument('--report', help='JSON file; OUT.report.json by default')


def run(args: Namespace) -> int:
    """Converts."""
    from tgdfer_mm.commands.convert import run as work

    return work(args)
