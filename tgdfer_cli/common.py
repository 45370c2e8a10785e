"""Options that several commands have.

Choices and defaults are written out, since the library that knows them takes seconds to
import; tests/cli compares them with it.
"""

from argparse import ArgumentParser, ArgumentTypeError

RULES = ('last', 'val', 'test')
MISMATCHES = ('classes', 'setting', 'pixel_version', 'fold', 'weights', 'overlap')
DATASETS = ('dfew', 'ferv39k', 'mafw')
COUNTS = ('auto', 'published', 'none')


def add_common_arguments(parser: ArgumentParser) -> None:
    """Adds the options that training and testing have in common."""
    parser.add_argument(
        '--work-dir',
        help='folder for logs and checkpoints; without it that of the config or '
        'work_dirs/<config>; a folded data set adds fold<k>',
    )
    parser.add_argument(
        '--fold',
        type=int,
        help='fold of the data set; sets the environment variable FOLD before the '
        'config is read',
    )
    add_settings(
        parser,
        '--cfg-options',
        'changes to the config, as key=value; a list is key="[a,b]"',
    )
    parser.add_argument(
        '--allow-pickle',
        action='store_true',
        help='load checkpoints that are not plain data; they can run any code',
    )
    parser.add_argument(
        '--allow-mismatch',
        nargs='+',
        choices=MISMATCHES,
        default=[],
        help='differences between the checkpoint and this run that are meant',
    )
    parser.add_argument(
        '--launcher', choices=['none', 'pytorch', 'slurm', 'mpi'], default='none'
    )
    parser.add_argument('--local_rank', '--local-rank', type=int, default=0)


def add_feature_arguments(parser: ArgumentParser) -> None:
    """Adds the options that say which features are computed."""
    parser.add_argument(
        '--views',
        type=parse_views,
        default='auto',
        help='pictures of each frame: auto (the test picture, and its mirror image if '
        'the training pipeline flips; refused if it draws anything else), plain (the '
        'test picture only), or a number of draws of the training pipeline',
    )
    parser.add_argument(
        '--feature-dtype',
        choices=['float32', 'float16'],
        default='float32',
        help='how features are stored',
    )
    parser.add_argument(
        '--feature-precision',
        choices=['fp32', 'bf16', 'fp16'],
        default='fp32',
        help='what the tower computes the features in',
    )


def add_model_arguments(parser: ArgumentParser) -> None:
    """Adds the options that say which model looks at videos, and how."""
    parser.add_argument(
        '--model', default='demo', help='name of a shipped model, a config, or *.onnx'
    )
    parser.add_argument('--checkpoint', help="a config's weights")
    parser.add_argument('--device', help='by default the best there is')
    parser.add_argument(
        '--faces', default='dlib', help='detector: dlib, none (crops), yunet, mediapipe'
    )
    parser.add_argument('--faces-model', help="model file of the detector's")
    add_settings(
        parser,
        '--settings',
        "changes to the config's video, such as crop.margin=0.3",
        metavar='KEY=VALUE',
    )


def add_settings(parser: ArgumentParser, name: str, help: str, **kwargs) -> None:
    """Adds an option of settings ``key=value``, which stay text.

    :func:`tgdfer_mm.commands.settings.parse_settings` gives their values.
    """
    parser.add_argument(
        name,
        nargs='+',
        action='extend',
        default=[],
        type=setting,
        help=help,
        **kwargs,
    )


def setting(text: str) -> str:
    """A text that has the form ``key=value``."""
    if '=' not in text:
        raise ArgumentTypeError(f'{text!r} has no "=": write key=value')
    return text


def parse_views(text: str) -> str | int:
    """``auto``, ``plain`` or a number."""
    return text if text in ('auto', 'plain') else int(text)
