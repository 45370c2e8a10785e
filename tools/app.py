"""Opens a page on this machine: drop a video, see who shows what when, and why.

python tools/app.py --model demo
"""

import sys

from tgdfer_mm.apis.app.command import make_parser, run


def main(argv: list[str] | None = None) -> int:
    """Serves the page."""
    return run(make_parser(__doc__).parse_args(argv))


if __name__ == '__main__':
    sys.exit(main())
