"""One side of a comparison: predictions of a model from all folds and seeds."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..datasets.text_files import some
from ..files import DamagedFileError, read_json
from .results import Result, load_result

SHOWN = 5


@dataclass(frozen=True)
class Contender:
    """One side of a comparison.

    Attributes:
        name: Its name.
        results: Its runs, one for each fold of each seed.
    """

    name: str
    results: Sequence[Result]

    @property
    def meta(self) -> dict:
        """Meta information of its first run."""
        return self.results[0].meta

    @property
    def seeds(self) -> list[int]:
        """Its seeds."""
        return sorted({result.seed for result in self.results})

    @property
    def rule(self) -> str | None:
        """The rule that selected its epoch, in words; None if it is not known."""
        return (self.meta.get('selection') or {}).get('description')

    def labels(self) -> dict[tuple, int]:
        """The label of each clip; the key of a clip is its fold and its name."""
        return {
            (result.fold, line['clip']): line['label']
            for result in self.results
            for line in result.predictions
        }

    def correct(self, clips: Sequence[tuple]) -> np.ndarray:
        """Whether each seed is right on each clip.

        Args:
            clips: The n clips, in the order of the result.

        Returns:
            (S, n) bool, one row for each seed. A clip that could not be read is wrong.
        """
        rows = []
        for seed in self.seeds:
            right = {
                (result.fold, line['clip']): line['pred'] == line['label']
                for result in self.results
                if result.seed == seed
                for line in result.predictions
            }
            rows.append([right[clip] for clip in clips])
        return np.array(rows)


def load_contender(path: str | Path) -> Contender:
    """Reads a side of a comparison.

    Args:
        path: The folder of a protocol (with ``results.json``), that of one of its
            seeds, the work folder of a run, or a file of predictions.

    Raises:
        FileNotFoundError: Nothing of this kind is there.
        ValueError: The clips have several labels, or a seed lacks clips that another
            one has.
    """
    path = Path(path)
    contender = Contender(str(path), _find(path))
    clips = {}
    for result in contender.results:
        for line in result.predictions:
            if not isinstance(line['label'], int):
                raise ValueError(
                    f'{result.name}: clip {line["clip"]} has several labels, but a '
                    'comparison needs UAR and WAR, which are defined for one label '
                    'per clip'
                )
            clips.setdefault(result.seed, set()).add((result.fold, line['clip']))
    if len({frozenset(c) for c in clips.values()}) > 1:
        raise ValueError(
            f'{path}: its seeds have tested different clips; test all of them on the '
            'same clips'
        )
    return contender


def _find(path: Path) -> list[Result]:
    if path.is_file():
        if path.suffix != '.jsonl':
            raise ValueError(
                f'{path}: the name of a file of predictions must end in .jsonl'
            )
        return [load_result(path)]
    if (path / 'results.json').is_file():
        report = read_json(path / 'results.json', 'runs')
        runs = report['runs']
        if not isinstance(runs, list) or not runs or not all(map(_is_run, runs)):
            raise DamagedFileError(
                f'{path / "results.json"} has another form than expected: its runs '
                'must be a list of objects with a name (run) and two numbers (seed, '
                'fold). Write it again with `tgdfer folds`.'
            )
        return [
            load_result(
                path / run['run'] / 'predictions.jsonl',
                *(run['run'], run['seed'], run['fold']),
            )
            for run in runs
        ]
    for files in (
        [path / 'predictions.jsonl'],
        sorted(path.glob('fold*/predictions.jsonl')),
    ):
        if files and all(file.is_file() for file in files):
            return [load_result(file) for file in files]
    if any(path.glob('seed*')):
        raise FileNotFoundError(
            f'{path} has runs but no results.json: finish it with `tgdfer folds`'
        )
    if not path.exists():
        raise FileNotFoundError(f'{path}: there is no such file or folder')
    raise FileNotFoundError(
        f'{path}: neither a file of predictions nor a folder with results.json, '
        'predictions.jsonl or fold<k>/predictions.jsonl'
    )


def _is_run(run: object) -> bool:
    kinds = dict(run=str, seed=int, fold=int | None)
    return isinstance(run, dict) and all(
        key in run and isinstance(run[key], kind) for key, kind in kinds.items()
    )


def check_pair(first: Contender, second: Contender) -> list[str]:
    """Checks that two contenders were tested on the same task.

    Returns:
        Remarks on differences that may be intended.

    Raises:
        ValueError: Data set, class order, folds, clips or labels differ. The message
            lists the differences.
    """
    problems = []
    for key in ('dataset', 'setting', 'classes'):
        ours, theirs = first.meta.get(key), second.meta.get(key)
        if ours != theirs:
            problems.append(f'{key}: {ours} and {theirs}')
    ours, theirs = first.labels(), second.labels()
    folds = [sorted({fold or 0 for fold, _ in clips}) for clips in (ours, theirs)]
    if folds[0] != folds[1]:
        problems.append(f'folds: {folds[0]} and {folds[1]}')
    else:
        for a, b, name in ((ours, theirs, first.name), (theirs, ours, second.name)):
            only = sorted(clip for _, clip in a.keys() - b.keys())
            if only:
                shown = some(only, SHOWN)
                problems.append(f'{len(only)} clips only in {name}: {shown}')
        other = [c for c in ours.keys() & theirs.keys() if ours[c] != theirs[c]]
        if other:
            names = sorted(clip for _, clip in other)
            shown = some(names, SHOWN)
            problems.append(f'{len(other)} clips with other labels: {shown}')
    if problems:
        lines = '\n'.join(f'  {problem}' for problem in problems)
        raise ValueError(
            f'{first.name} and {second.name} cannot be compared clip by clip:\n{lines}'
        )
    remarks = []
    if first.rule != second.rule:
        rules = (c.rule or 'not known' for c in (first, second))
        remarks.append(
            'the epochs were selected by different rules, which may cause part of '
            f'the difference: {"; ".join(rules)}'
        )
    versions = [c.meta.get('pixel_version') for c in (first, second)]
    if versions[0] != versions[1]:
        remarks.append(f'the pixel versions differ: {versions[0]} and {versions[1]}')
    return remarks
