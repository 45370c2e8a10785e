"""Draws the figure of docs/method.md: what TG-DFER does, from the frames to the loss.

    python lab/tools/method_figure.py      # docs/images/method.svg and method.png

What is drawn where is in ``lab/method/stages.json``. The face is a drawn one.
"""

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # the checkout's own code

from lab.method.figure import draw_method, load_stages, write_png, write_svg
from lab.paths import DOCS


def main(argv: list[str] | None = None) -> None:
    """Runs the command."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument('--out', type=Path, default=DOCS / 'images', help='folder')
    folder = parser.parse_args(argv).out
    folder.mkdir(parents=True, exist_ok=True)
    svg, png = folder / 'method.svg', folder / 'method.png'
    figure = draw_method(load_stages())
    write_svg(figure, svg)
    write_png(figure, png)
    print(f'{svg}\n{png}')


if __name__ == '__main__':
    main()
