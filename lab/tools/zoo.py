"""Writes the model zoo: the metafiles next to the configs, and configs/README.md.

    python lab/tools/zoo.py            # configs without an entry are measured and added
    python lab/tools/zoo.py --measure  # all are measured again

Measuring builds every model at its full size; nothing is downloaded or trained.
"""

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # the checkout's own code

import tgdfer_mm  # noqa: F401  registers everything, repairs what has to be
from lab.paths import DOCS, ROOT
from lab.zoo.measure import measure
from lab.zoo.metafiles import (
    metafile_texts,
    model_entry,
    read_metafiles,
    zoo_configs,
)
from lab.zoo.page import page_text
from tgdfer_mm.files import write_text


def parse_args() -> argparse.Namespace:
    """Parses the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        '--measure', action='store_true', help='measure all configs again'
    )
    parser.add_argument(
        '--comparison',
        type=Path,
        help='JSON file of the comparison; by default docs/comparison.json',
    )
    return parser.parse_args()


def main() -> None:
    """Measures what is missing and writes the files."""
    args = parse_args()
    if args.comparison and not args.comparison.is_file():
        sys.exit(f'--comparison {args.comparison}: there is no such file')
    folder = ROOT / 'configs'
    known = {} if args.measure else read_metafiles(folder)
    models = []
    for config in zoo_configs(folder):
        if config in known:
            metadata = known[config]['Metadata']
        else:
            print(f'Measuring {config}', flush=True)
            metadata = measure(folder / f'{config}.py')
        models.append(model_entry(config, metadata))
    comparison = args.comparison or DOCS / 'comparison.json'
    texts = metafile_texts(models)
    texts['configs/README.md'] = page_text(models, comparison)
    for name, text in texts.items():
        write_text(ROOT / name, text)
        print(f'{name} is written')


if __name__ == '__main__':
    main()
