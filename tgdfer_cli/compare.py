"""Tells which model is better, and whether the difference is more than noise.

    tgdfer compare work_dirs/a work_dirs/b [...] [--out comparison.json]

Each is the folder of `tgdfer folds`, of one of its seeds, of a single run, or a file
predictions.jsonl. Every model is compared with the first one.
"""

from argparse import ArgumentParser, Namespace


def add_arguments(parser: ArgumentParser) -> None:
    """Adds the options."""
    parser.add_argument('models', nargs='+', help='two or more folders or files')
    parser.add_argument('--out', help='also write the comparison to this file, as JSON')


def run(args: Namespace) -> int:
    """Compares."""
    from tgdfer_mm.commands.compare import run as work

    return work(args)
