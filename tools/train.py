"""Trains a config: ``python tools/train.py configs/tgdfer_demo.py``."""

import sys
from argparse import ArgumentParser

import tgdfer_mm  # noqa: F401  registers everything, repairs what has to be
from tgdfer_cli import train


def main() -> None:
    parser = ArgumentParser(description=__doc__)
    train.add_arguments(parser)
    train.run(parser.parse_args(sys.argv[1:]))


if __name__ == '__main__':
    main()
