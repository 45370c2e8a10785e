"""Options that several commands have. Standard library only, so that help is fast."""

import importlib.util
from argparse import ArgumentParser
from dataclasses import fields
from pathlib import Path
from types import ModuleType

# The same as tgdfer_mm.engine.checkpoint_contract_hook.MISMATCHES (tested).
MISMATCHES = (
    *('classes', 'setting', 'pixel_version', 'fold'),
    *('weights', 'overlap', 'recipe'),
)


def load_alone(name: str) -> ModuleType:
    """Loads one file of the library without the library, which takes seconds.

    Args:
        name: Path below the package's folder, of a file that imports the standard
            library only.
    """
    found = importlib.util.find_spec('tgdfer_mm')
    path = Path(found.submodule_search_locations[0], name)
    spec = importlib.util.spec_from_file_location(f'_alone_{path.stem}', path)
    module = importlib.util.module_from_spec(spec)
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


def add_common_arguments(parser: ArgumentParser) -> None:
    """Adds the options of all commands that read a config."""
    parser.add_argument(
        '--work-dir',
        help='folder for logs and checkpoints; without it that of the config or '
        'work_dirs/<config>; a folded data set adds fold<k>',
    )
    parser.add_argument(
        '--cfg-options',
        nargs='+',
        default=[],
        metavar='KEY=VALUE',
        help='changes to the config, as key=value; a list is key="[a,b]"',
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
