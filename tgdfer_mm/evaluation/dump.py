"""Predictions as plain text: one JSON object per clip."""

import json
import sys
from collections.abc import Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

import torch
from mmengine.logging import print_log

from ..files import parse_json, read_lines, write_text
from ..registry import METRICS
from .clip_metric import (
    NAMES,
    ClipMetric,
    NonFiniteScoreError,
    clip_name,
    clip_scores,
)
from .people import groups_of, person_of

LARGEST = sys.float_info.max

DIGEST = 'sha256'  # key in the meta information
_NAMES = {str: 'a name', dict: 'names by kind'}


@METRICS.register_module()
class DumpPredictions(ClipMetric):
    """Writes every prediction, with its explanation, as a line of JSON.

    A line has `clip`, `label`, `pred`, `score` (K,) and `damaged` (null or the reason).
    If the data set states them, it has `person` and `groups` (such as ``{"sex":
    "female"}``). If the sampling and the model give them, it has `frame_inds` (T,),
    `num_valid`, `frames_per_instance`, `instance_scores` (M, K), and the weights of the
    instances: `relevance` (M, K), or `attention` (M,) of a head with the same weights
    for all classes. Lines are sorted by clip. For an unreadable clip the model got only
    black frames. Its `pred` and `score` are null, so it cannot count as right.

    `<stem>.meta.json` next to it has the data set's metainfo: the class list, the fold,
    the pixel version, and a SHA-256 of both files.

    Args:
        out_file: Path that ends in `.jsonl`.
        **kwargs: Arguments of mmengine's ``BaseMetric``. This metric returns no
            numbers.

    Raises:
        ValueError: If `out_file` does not end in `.jsonl`, or is a folder.
    """

    default_prefix = 'dump'

    def __init__(self, out_file: str, **kwargs) -> None:
        super().__init__(**kwargs)
        self.out_file = Path(out_file)
        if self.out_file.suffix != '.jsonl':
            raise ValueError(f'out_file={str(out_file)!r} must end in .jsonl')
        if self.out_file.is_dir():  # checked before an hour of evaluation
            raise ValueError(f'out_file={str(out_file)!r} is a folder: give a file')

    def process(self, data_batch: Any, data_samples: Sequence[dict]) -> None:
        """Turns the predictions of a batch into plain data.

        Raises:
            ValueError: If a clip has no name, or a number is not finite.
        """
        for sample in data_samples:
            name = clip_name(sample)
            if not any(sample.get(k) for k in NAMES):
                raise ValueError(
                    'a prediction has no clip name: add `clip` to `meta_keys` of the '
                    'packing transform'
                )
            self.results.append(self._plain(name, sample))

    def _plain(self, name: str, sample: dict) -> dict:
        damaged = sample.get('damaged')
        line = dict(clip=name, label=_label(sample), pred=None, score=None)
        if not damaged:
            scores = clip_scores(sample, len(self.classes))
            line.update(pred=int(scores.argmax()), score=_numbers(scores, name))
        for key, known in (
            ('person', person_of(sample)),
            ('groups', groups_of(sample)),
        ):
            if known:
                line[key] = known
        for key in ('num_valid', 'frames_per_instance'):
            if sample.get(key) is not None:
                line[key] = int(sample[key])
        if sample.get('frame_inds') is not None:
            inds = torch.as_tensor(sample['frame_inds']).flatten()
            line['frame_inds'] = [int(i) for i in inds]
        for key in ('instance_scores', 'relevance', 'attention'):
            if not damaged and key in sample:
                line[key] = _numbers(sample[key], name)
        line['damaged'] = str(damaged) if damaged else None
        return line

    def compute_metrics(self, results: list[dict]) -> dict:
        """Writes the two files.

        Returns:
            No numbers.
        """
        self.check_complete(results)
        lines = sorted(results, key=lambda line: line['clip'])
        text = ''.join(json.dumps(line, allow_nan=False) + '\n' for line in lines)
        # The class list comes first: without it the numbers have no meaning.
        meta = dict(self.dataset_meta or {})
        meta[DIGEST] = digest_of(text, meta)
        write_text(
            self.out_file.with_suffix('.meta.json'),
            json.dumps(meta, allow_nan=False, indent=2) + '\n',
        )
        write_text(self.out_file, text)
        print_log(
            f'{len(lines)} predictions written to {self.out_file}', logger='current'
        )
        return {}


def digest_of(text: str, meta: Mapping) -> str:
    """SHA-256 of a file of predictions and of its meta information.

    Args:
        text: The file's text.
        meta: The meta information; the entry of the hash itself is ignored.
    """
    known = {key: value for key, value in meta.items() if key != DIGEST}
    both = json.dumps(known, sort_keys=True) + '\n' + text
    return sha256(both.encode()).hexdigest()


def _numbers(values: torch.Tensor, clip: str) -> list:
    """A tensor as nested lists of the shortest exact decimals."""
    values = torch.as_tensor(values).detach().float().cpu()
    if not torch.isfinite(values).all():  # JSON has no such number
        raise NonFiniteScoreError(
            f'clip {clip}: a score, relevance or attention is not finite'
        )
    if values.ndim > 1:
        return [_numbers(row, clip) for row in values]
    return [float(str(v)) for v in values.numpy()]


def _label(sample: dict) -> int | list | None:
    """The class index; a list for several labels or soft ones; None if absent."""
    if 'gt_label' not in sample:
        return None
    label = torch.as_tensor(sample['gt_label'])
    return int(label.item()) if label.numel() == 1 else label.tolist()


def _problem(line: dict) -> str | None:
    """The fault of a line's name, label, groups or scores; None if it has none."""
    clip, label, pred, score = (line[k] for k in ('clip', 'label', 'pred', 'score'))
    if not isinstance(clip, str):
        return f'`clip` is {clip!r:.80}, which is not a name'
    several = label if isinstance(label, list) and label else [label]
    for key, kind in (('person', str), ('groups', dict)):
        if not isinstance(line.get(key), kind | None):
            return f'`{key}` is {line[key]!r:.80}, which is not {_NAMES[kind]}'
    if not all(isinstance(group, str) for group in (line.get('groups') or {}).values()):
        return f'`groups` has {line["groups"]!r:.80}, which are not names'
    if label is not None and not all(map(_is_number, several)):
        return (
            f'`label` is {label!r:.80}, which is neither a class index nor a list of '
            'class indices'
        )
    if isinstance(label, float):
        return f'`label` is {label!r}, which is not a class index'
    if score is None:
        return None if pred is None else 'it has a `pred` but no `score`'
    if not isinstance(score, list) or not score:
        return f'`score` is {score!r:.80}, which is not a list of numbers'
    for value in score:
        if not _is_number(value):
            return f'`score` has {value!r:.80}, which is not a finite number'
    if isinstance(pred, bool) or not isinstance(pred, int):
        return f'`pred` is {pred!r:.80}, which is not a class index'
    if not 0 <= pred < len(score):
        return f'`pred` is {pred}, but there are {len(score)} scores'
    return None


def _is_number(value: object) -> bool:
    """Whether a value of JSON is a number that fits into a float."""
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return number and -LARGEST <= value <= LARGEST


def _no_constant(name: str) -> None:
    raise ValueError(f'{name} is not a number of JSON')


def read_predictions(path: str | Path) -> list[dict]:
    """Reads the predictions that `DumpPredictions` wrote.

    Args:
        path: The `.jsonl` file.

    Returns:
        One dict per clip, in the order of the file.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If a line is not a prediction or a clip occurs twice; the
            message names file and line.
    """
    path = Path(path)
    if not path.is_file():
        raise FileNotFoundError(
            f'{path}: no such file of predictions; `tgdfer test --dump` writes one'
        )
    predictions, first_line = [], {}
    try:
        lines = read_lines(path)
    except UnicodeDecodeError as error:
        raise ValueError(f'{path} is not a text in UTF-8: {error}') from error
    for number, text in enumerate(lines, 1):
        where = f'{path}, line {number}'
        try:
            line = parse_json(text, parse_constant=_no_constant)
        except ValueError as error:
            raise ValueError(f'{where}: not valid JSON ({error})') from error
        missing = {'clip', 'label', 'pred', 'score', 'damaged'} - set(
            line if isinstance(line, dict) else ()
        )
        if missing:
            raise ValueError(f'{where}: not a prediction, lacks {sorted(missing)}')
        problem = _problem(line)
        if problem:
            raise ValueError(f'{where}: clip {line["clip"]!s:.80}: {problem}')
        if line['clip'] in first_line:
            raise ValueError(
                f'{where}: clip {line["clip"]} is already in line '
                f'{first_line[line["clip"]]}'
            )
        first_line[line['clip']] = number
        predictions.append(line)
    return predictions
