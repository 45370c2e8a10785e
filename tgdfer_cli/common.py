"""Options that several commands have.

Choices and defaults are written out, since the library that knows them takes seconds to
import; tests/cli compares them with it.
"""

import importlib.util
import sys
from argparse import ArgumentParser, ArgumentTypeError
from dataclasses import fields
from pathlib import Path
from types import ModuleType

MISMATCHES = ('classes', 'setting', 'pixel_version', 'fold', 'weights', 'overlap')
DATASETS = ('dfew', 'ferv39k', 'mafw', 'cremad', 'ravdess', 'enterface05')
COUNTS = ('auto', 'published', 'none')


def add_common_arguments(parser: ArgumentParser) -> None:
    """Adds the options of all commands that read a config."""
    parser.add_argument(
        '--work-dir',
        help='folder for logs and checkpoints; without it that of the config or '
        'work_dirs/<config>; a folded data set adds fold<k>',
    )
    add_settings(
        parser,
        '--cfg-options',
        'changes to the config, as key=value; a list is key="[a,b]"',
    )
    add_loading_arguments(parser, 'this run')
    parser.add_argument(
        '--launcher', choices=['none', 'pytorch', 'slurm', 'mpi'], default='none'
    )
    parser.add_argument('--local_rank', '--local-rank', type=int, default=0)


def add_loading_arguments(parser: ArgumentParser, other: str) -> None:
    """Adds what a user allows a checkpoint.

    Args:
        parser: Where the options go.
        other: What the checkpoint may differ from.
    """
    parser.add_argument(
        '--allow-pickle',
        action='store_true',
        help='load checkpoints that are not plain data; they can run any code',
    )
    parser.add_argument(
        '--allow-mismatch',
        nargs='+',
        choices=[*MISMATCHES, 'recipe'],
        default=[],
        help=f'differences between the checkpoint and {other} that are meant',
    )


def file_of_library(name: str) -> Path:
    """Where a file of the library is, without importing it.

    Args:
        name: Path below the package's folder.

    Raises:
        ModuleNotFoundError: The library is not installed.
    """
    found = importlib.util.find_spec('tgdfer_mm')
    if found is None or found.origin is None:
        raise ModuleNotFoundError(
            'tgdfer_mm is not installed: pip install -e ".[lite]"'
        )
    return Path(found.origin).parent / name


def load_alone(name: str) -> ModuleType:
    """Loads one file of the library without the library, which takes seconds.

    Args:
        name: Path below the package's folder, of a file that imports the standard
            library, and rich, only.
    """
    path = file_of_library(name)
    spec = importlib.util.spec_from_file_location(f'_alone_{path.stem}', path)
    assert spec is not None and spec.loader is not None  # a path that ends in .py
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # where a dataclass looks for its module
    spec.loader.exec_module(module)
    return module


def add_recipe_arguments(parser: ArgumentParser, command: str) -> None:
    """Adds an option for each field of the recipe that a command has."""
    for each in fields(load_alone('recipe/recipe.py').Recipe):
        facts = each.metadata
        if command not in facts['commands']:
            continue
        option = f'--{each.name.replace("_", "-")}'
        if facts['kind'] is bool:
            parser.add_argument(option, action='store_true', help=facts['help'])
            continue
        parser.add_argument(
            option,
            type=facts['kind'],
            choices=facts.get('choices'),
            metavar=facts.get('metavar'),
            help=facts['help'],
        )


def add_model_arguments(parser: ArgumentParser) -> None:
    """Adds the options that say which model looks at videos, and how."""
    add_model_choice(parser)
    parser.add_argument('--device', help='by default the best there is')
    add_face_arguments(parser)


def add_model_choice(parser: ArgumentParser) -> None:
    """Adds the options that name a model."""
    parser.add_argument(
        '--model',
        help='a name that `tgdfer models` lists, the work folder of a training, a '
        'folder of `tgdfer publish`, org/name or org/name@revision of the Hugging Face '
        'hub, a config, or *.onnx; by default the one chosen there, or demo. A config '
        'is a program, also that in a work folder: name only what you trust',
    )
    parser.add_argument(
        '--checkpoint', help="a config's weights; of clip those of its towers"
    )


def add_face_arguments(parser: ArgumentParser) -> None:
    """Adds the options that say who finds the faces, and how they are cut out."""
    parser.add_argument(
        '--faces', default='dlib', help='detector: dlib, none (crops), yunet, mediapipe'
    )
    parser.add_argument('--faces-model', help="model file of the detector's")
    parser.add_argument(
        '--faces-side', type=int, help='longer side of the picture it looks at, pixels'
    )
    add_settings(
        parser,
        '--settings',
        "changes to the config's video, such as crop.margin=0.3",
        metavar='KEY=VALUE',
    )


def add_settings(parser: ArgumentParser, name: str, help: str, **kwargs) -> None:
    """Adds an option of settings ``key=value``, which stay text.

    :func:`tgdfer_mm.settings.parse_settings` gives their values.
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


def at_least(least: int):
    """A type of option: whole numbers from one on."""

    def number(text: str) -> int:
        if not text.isascii() or not text.isdecimal() or len(text) > 9:
            raise ArgumentTypeError(f'{text[:80]!r} is no whole number')
        if int(text) < least:
            raise ArgumentTypeError(f'{text} is below {least}')
        return int(text)

    return number


def setting(text: str) -> str:
    """A text that has the form ``key=value``."""
    if '=' not in text:
        raise ArgumentTypeError(f'{text!r} has no "=": write key=value')
    return text
