"""The temperature of a model: a small file next to its weights."""

import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..files import DamagedFileError, file_hash, read_json, write_text
from ..video.errors import InputError

SCHEMA = 'tgdfer_mm.calibration/1'
SUFFIX = '.calibration.json'
# Entries of a record that every result repeats.
SAID = ('temperature', 'clips', 'people', 'dataset', 'fold')


def calibration_file(checkpoint: str | Path) -> Path:
    """Path of a checkpoint's calibration; the file may be absent."""
    return Path(checkpoint).with_suffix(SUFFIX)


def write_calibration(record: Mapping[str, Any], checkpoint: str | Path) -> Path:
    """Writes the calibration of a checkpoint next to it, over an earlier one."""
    path = calibration_file(checkpoint)
    write_text(path, json.dumps(record, indent=2, allow_nan=False) + '\n')
    return path


def read_calibration(checkpoint: str | Path, sha256: str) -> dict | None:
    """The calibration that lies next to a checkpoint; None if there is none.

    Args:
        checkpoint: The file of the weights.
        sha256: Its hash.

    Raises:
        InputError: It is damaged, or belongs to other weights.
    """
    path = calibration_file(checkpoint)
    if not path.is_file():
        return None
    try:
        record = read_json(path)
    except DamagedFileError as error:
        raise InputError(str(error)) from error
    return checked_record(record, str(path), sha256)


def carry_calibration(source: str | Path, out: str | Path) -> None:
    """Copies the calibration of a checkpoint next to another file of its weights.

    Args:
        source: The checkpoint that was written again.
        out: The new file; an earlier calibration next to it is removed if the source
            has none.

    Raises:
        InputError: The calibration of the source is damaged, or belongs to other
            weights.
    """
    record = read_calibration(source, file_hash(source))
    if record is None:
        calibration_file(out).unlink(missing_ok=True)
        return
    own = dict(checkpoint=Path(out).name, sha256=file_hash(out))
    write_calibration(record | own, out)


def checked_record(record: Any, where: str, sha256: str | None) -> dict:
    """Checks that a calibration can be used with some weights.

    Args:
        record: Content of the file.
        where: Its name in an error.
        sha256: Hash of the weights.

    Raises:
        InputError: A field is missing or of another kind, or the calibration belongs to
            other weights.
    """
    if not isinstance(record, Mapping) or record.get('schema') != SCHEMA:
        raise InputError(
            f'{where}: it is not a calibration of the form {SCHEMA!r}. Write one with '
            '`tgdfer calibrate`, or delete the file to use the scores uncalibrated'
        )
    usable_temperature(record.get('temperature'), f'{where}: temperature')
    for name, least in (('clips', 1), ('people', 1)):
        value = record.get(name)
        none = name == 'people' and value is None
        if not none and (type(value) is not int or value < least):
            raise InputError(f'{where}: {name}={value!r} is not a count')
    if record.get('sha256') != sha256:
        raise InputError(
            f'{where}: it is the calibration of other weights (SHA-256 '
            f'{str(record.get("sha256"))[:12]}...) than these ({str(sha256)[:12]}...). '
            'Calibrate these with `tgdfer calibrate`, or delete it'
        )
    return dict(record)


def usable_temperature(value: Any, where: str) -> float:
    """Checks that a temperature can be divided by.

    Raises:
        InputError: It is not a finite number above 0.
    """
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if not number or not math.isfinite(value) or value <= 0:
        raise InputError(f'{where}={value!r} is not a finite number above 0')
    return float(value)


def said_of(record: Mapping[str, Any] | None) -> dict | None:
    """The calibration as the ``model`` of a result has it; None without one."""
    return None if record is None else {name: record.get(name) for name in SAID}
