"""Says who shows what when in a video, and by which frames.

python tools/infer.py my_video.mp4 --model demo --out out/
"""

import sys


def main(argv: list[str] | None = None) -> int:
    """Reads the videos."""
    # Here, because importing takes seconds in which Ctrl-C may come too.
    from tgdfer_mm.apis.command import make_parser, run

    return run(make_parser(__doc__).parse_args(argv))


if __name__ == '__main__':
    try:
        code = main()
    except KeyboardInterrupt:
        print('stopped with Ctrl-C before anything was read', file=sys.stderr)
        code = 130
    sys.exit(code)
