"""Writes a model as one ONNX file.

python tools/export.py --model demo --out demo.onnx
python tools/infer.py my_video.mp4 --model demo.onnx
"""

import sys
from argparse import ArgumentParser, RawDescriptionHelpFormatter

from tgdfer_mm.apis import load_model
from tgdfer_mm.apis.export import export_onnx
from tgdfer_mm.video.errors import VideoError


def main(argv: list[str] | None = None) -> int:
    """Exports."""
    parser = ArgumentParser(
        description=__doc__, formatter_class=RawDescriptionHelpFormatter
    )
    parser.add_argument('--model', default='demo', help='shipped model or config')
    parser.add_argument('--checkpoint', help="a config's weights")
    parser.add_argument('--out', required=True, help='*.onnx')
    args = parser.parse_args(argv)
    try:
        out = export_onnx(load_model(args.model, args.checkpoint), args.out)
    except VideoError as err:
        print(f'error: {err}', file=sys.stderr)
        return err.exit_code
    print(f'{out}: {out.stat().st_size / 2**20:.1f} MiB')
    return 0


if __name__ == '__main__':
    sys.exit(main())
