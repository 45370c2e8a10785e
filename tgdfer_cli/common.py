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
        help='folder for logs and checkpoints; without it the one that the config '
        'names, or work_dirs/<config>; with folds, fold<k> below it',
    )
    add_settings(
        parser,
        '--cfg-options',
        'change these settings of the config, for instance '
        'train_cfg.max_epochs=10; write a list as key="[a,b]"',
    )
    add_loading_arguments(parser, 'this run')
    parser.add_argument(
        '--launcher',
        choices=['none', 'pytorch', 'slurm', 'mpi'],
        default='none',
        help='what has started the processes of a distributed run',
    )
    parser.add_argument(
        *('--local_rank', '--local-rank'),
        type=int,
        default=0,
        help='number of this process on its machine; the launcher gives it',
    )


def add_loading_arguments(parser: ArgumentParser, other: str) -> None:
    """Adds the options that let a checkpoint be used in spite of a doubt.

    Args:
        parser: Where the options go.
        other: The thing from which the checkpoint may differ.
    """
    parser.add_argument(
        '--allow-pickle',
        action='store_true',
        help='also load a checkpoint that is not plain data; such a file can run any '
        'code',
    )
    parser.add_argument(
        '--allow-mismatch',
        nargs='+',
        choices=[*MISMATCHES, 'recipe'],
        metavar='WHAT',
        default=[],
        help='use the checkpoint although it differs from '
        f'{other} in these: {", ".join(MISMATCHES)}, recipe',
    )


def file_of_library(name: str) -> Path:
    """Finds a file of the library without importing the library.

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
    parser.add_argument(
        '--device',
        help='cpu, cuda, cuda:1, mps ...; without it the best one of this machine',
    )
    add_face_arguments(parser)


def add_model_choice(parser: ArgumentParser) -> None:
    """Adds the options that name a model."""
    parser.add_argument(
        '--model',
        help='a name that `tgdfer models` lists, the work folder of a training, a '
        'folder of `tgdfer publish`, org/name or org/name@revision of the Hugging Face '
        'hub, a config, or a file *.onnx; without it the model chosen by `tgdfer '
        'models --default`, or demo. A config is a program, and a work folder has '
        'one: name only what you trust',
    )
    parser.add_argument(
        '--checkpoint', help='file of the weights, if --model is a config, or clip'
    )


def add_face_arguments(parser: ArgumentParser) -> None:
    """Adds the options that say who finds the faces, and how they are cut out."""
    parser.add_argument(
        '--faces',
        default='dlib',
        help='face detector: dlib, yunet, mediapipe, or none if every picture is a '
        'crop of one face',
    )
    parser.add_argument(
        '--faces-model', help='model file that yunet and mediapipe need'
    )
    parser.add_argument(
        '--faces-side',
        type=int,
        help='longer side, in pixels, to which the detector shrinks a frame; without '
        'it 640 for mediapipe, 320 for the others',
    )
    add_settings(
        parser,
        '--settings',
        'change these settings of the video, for instance crop.margin=0.3',
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
    """A type of option: whole numbers that are not below ``least``."""

    def number(text: str) -> int:
        if not text.isascii() or not text.isdecimal() or len(text) > 9:
            raise ArgumentTypeError(f'{text[:80]!r} is not a whole number')
        if int(text) < least:
            raise ArgumentTypeError(f'{text} is too small: the least is {least}')
        return int(text)

    return number


def setting(text: str) -> str:
    """A text that has the form ``key=value``."""
    if '=' not in text:
        raise ArgumentTypeError(f'{text!r} has no "=": write key=value')
    return text
