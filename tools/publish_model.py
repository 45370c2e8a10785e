"""Writes a checkpoint's weights as a small file and prints its hash.

python tools/publish_model.py work_dirs/tgdfer_demo/fold1/epoch_4.pth out.safetensors
"""

import argparse
import json

from tgdfer_mm.engine.publish import publish


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument('checkpoint')
    parser.add_argument('out', help='*.safetensors')
    parser.add_argument('--command', default='', help='how the checkpoint was made')
    args = parser.parse_args()
    print(
        json.dumps(publish(args.checkpoint, args.out, command=args.command), indent=2)
    )


if __name__ == '__main__':
    main()
