"""Tests a checkpoint: ``python tools/test.py configs/tgdfer_demo.py CHECKPOINT``."""

import sys
from argparse import ArgumentParser

import tgdfer_mm  # noqa: F401  registers everything, repairs what has to be
from tgdfer_cli import test


def main() -> None:
    parser = ArgumentParser(description=__doc__)
    test.add_arguments(parser)
    test.run(parser.parse_args(sys.argv[1:]))


if __name__ == '__main__':
    main()
