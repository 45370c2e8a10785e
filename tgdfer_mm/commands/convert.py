"""Converting a checkpoint of another project."""

import json
from argparse import Namespace
from pathlib import Path

from ..convert import convert
from ..files import write_text
from ..paths import find_config
from ..run_config.files import read_config
from ..settings import parse_settings


def run(args: Namespace) -> int:
    """Converts; returns the exit code."""
    config = args.config and read_config(find_config(args.config))
    if config:
        config.merge_from_dict(parse_settings(args.cfg_options))
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
    return 0
