"""Converts a checkpoint of another project."""

import json
from argparse import Namespace
from pathlib import Path

from mmengine.config import Config

from ..convert import convert
from ..convert.converting import check_ending
from ..convert.errors import ConvertError
from ..files import write_text
from ..paths import find_config
from ..run_config.files import read_config
from ..run_config.options import merge_options
from ..settings import parse_settings
from ..terminal import say
from .config_errors import naming_the_key


def run(args: Namespace) -> int:
    """Converts; returns the exit code."""
    check_ending(args.out)
    options = parse_settings(args.cfg_options)
    if options and not args.config:
        raise ConvertError(
            '--cfg-options changes a config, but there is none: add --config'
        )
    config = args.config and read_config(find_config(args.config))
    if config:
        merge_options(config, options)
    try:
        with naming_the_key(config or Config()):
            return _convert(args, config)
    except OSError as error:
        if hasattr(error, 'exit_code'):
            raise
        raise ConvertError(str(error)) from error


def _convert(args: Namespace, config: Config | None) -> int:
    conversion = convert(
        args.source,
        config,
        args.arch,
        args.format,
        args.classes,
        args.fold,
        args.class_token,
    )
    conversion.report.show()
    report = args.report or Path(args.out).with_suffix('.report.json')
    write_text(report, json.dumps(conversion.report.to_json(), indent=2) + '\n')
    try:
        written = conversion.save(args.out, args.allow_missing)
    except ConvertError as error:
        raise ConvertError(f'{error} Report: {report}') from error
    config_file = conversion.save_config(args.out)
    say('written:', *written, *([config_file] if config_file else []), report)
    return 0
