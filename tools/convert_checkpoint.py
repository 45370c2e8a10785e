"""Brings a checkpoint of another project under our names; see docs/convert.md.

python tools/convert_checkpoint.py downloads/dferclip_fold1.pth dferclip.safetensors \\
    --config configs/baselines/dferclip_dfew.py --fold 1
"""

import argparse
import json
from pathlib import Path

from mmengine.config import Config, DictAction

import tgdfer_mm  # noqa: F401  registers what a config names
from tgdfer_mm.convert import convert, format_keys
from tgdfer_mm.files import write_text


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument('source', help='.pth, .pt, .bin, .safetensors or TorchScript')
    parser.add_argument('out', help='*.safetensors or *.pth')
    parser.add_argument('--config', help='the model, or whose backbone, is filled')
    parser.add_argument('--cfg-options', nargs='+', action=DictAction, default={})
    parser.add_argument('--arch', help='for a CLIP, e.g. ViT-B-32-quickgelu')
    parser.add_argument('--format', choices=format_keys(), help='found out by default')
    parser.add_argument(
        '--classes',
        help='their order in the file: mafw, mafw:alphabetical, or names with commas',
    )
    parser.add_argument('--fold', type=int, help='the fold it was trained on')
    parser.add_argument(
        '--allow-missing', action='store_true', help='write what is incomplete'
    )
    parser.add_argument('--report', help='JSON file; OUT.report.json by default')
    args = parser.parse_args()

    config = args.config and Config.fromfile(args.config)
    if config:
        config.merge_from_dict(args.cfg_options)
    conversion = convert(
        args.source, config, args.arch, args.format, args.classes, args.fold
    )
    conversion.report.show()
    report = args.report or Path(args.out).with_suffix('.report.json')
    write_text(report, json.dumps(conversion.report.to_json(), indent=2) + '\n')
    try:
        written = conversion.save(args.out, args.allow_missing)
    except ValueError as error:
        raise SystemExit(f'{error} Report: {report}') from error
    print('written:', *written, report)


if __name__ == '__main__':
    main()
