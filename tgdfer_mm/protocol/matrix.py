"""The table of several data sets: training sets in rows, test sets in columns."""

from collections.abc import Mapping, Sequence

from ..labels.label_map import load_label_map
from .results import Result, numbers_of, spread

SCHEMA = 'tgdfer_mm.matrix/1'
NUMBERS = ('UAR', 'WAR')
FILES = ('matrix.json', 'matrix.md')


def own_cell(report: dict) -> dict:
    """The diagonal: a protocol's own number, in all classes of its data set.

    Args:
        report: The content of the protocol's ``results.json``.
    """
    numbers = report['summary']['mean_of_folds']
    if not set(NUMBERS) <= set(numbers):
        return failed_cell(
            'The clips have several labels, so there are no UAR and WAR; results.md '
            'of the protocol has its numbers.'
        )
    present = [row['class'] for row in report['per_class'] if row['clips']]
    return dict(
        kind='own',
        **{name: numbers[name] for name in NUMBERS},
        classes=present,
        num_classes=len(present),
        num_clips=report['num_clips'],
        without_a_clip=[r['class'] for r in report['per_class'] if not r['clips']],
        num_damaged=sum(run['num_damaged'] for run in report['runs']),
    )


def other_cell(results: Sequence[Result]) -> dict:
    """The numbers of a protocol's trainings on another data set, as plain data.

    Every training has tested the same clips, which have the classes of both data sets.
    The number of a seed is the mean over its trainings. The result has the mean and the
    standard deviation over the seeds.

    Args:
        results: The results of each training, with the class map in the meta
            information.

    Raises:
        ValueError: They have not tested the same clips, or their classes are not
            mapped.
    """
    first = results[0]
    _check_same(results)
    label_map = load_label_map(first.meta['label_map'])
    classes = list(first.meta['classes'])
    runs = []
    for result in results:
        numbers = numbers_of(result.predictions, classes)
        runs.append(
            dict(
                *[dict(run=result.name, seed=result.seed, fold=result.fold)],
                numbers={name: numbers[name] for name in NUMBERS},
            )
        )
    seeds = sorted({run['seed'] for run in runs})
    absent = set(numbers['absent'])
    tested = [name for name in classes if name not in absent]
    return dict(
        kind='other',
        **{
            name: spread(
                _mean([run['numbers'][name] for run in runs if run['seed'] == seed])
                for seed in seeds
            )
            for name in NUMBERS
        },
        classes=tested,
        num_classes=len(tested),
        num_clips=len(first.predictions),
        num_damaged=sum(bool(x['damaged']) for r in results for x in r.predictions),
        without_counterpart=dict(
            trained=list(label_map.dropped['source']),
            tested=list(label_map.dropped['target']),
        ),
        without_a_clip=[n for n in classes if n in absent and n in label_map.reached],
        excluded_clips=first.meta.get('excluded_classes') or {},
        pixel_version=first.meta.get('pixel_version'),
        remark=label_map.warning,
        runs=runs,
    )


def failed_cell(why: str) -> dict:
    """A cell without a number, with a sentence that says why."""
    return dict(kind='failed', why=' '.join(why.split()))


def make_matrix(rows: Sequence[Mapping], columns: Sequence[str]) -> dict:
    """The content of ``matrix.json``.

    Args:
        rows: For each protocol its ``config``, ``dataset``, ``selection`` (the rule in
            words, None if that is not known), ``seeds``, ``folds``, and ``cells`` by
            the name of the data set tested.
        columns: Names of the data sets tested, in their order.
    """
    return dict(schema=SCHEMA, columns=list(columns), rows=list(map(dict, rows)))


def has_failed(matrix: dict) -> bool:
    """Whether a cell that was asked for has no number."""
    return any(
        cell['kind'] == 'failed'
        for row in matrix['rows']
        for cell in row['cells'].values()
    )


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)


def _check_same(results: Sequence[Result]) -> None:
    def facts(result: Result) -> tuple:
        truth = {line['clip']: line['label'] for line in result.predictions}
        keys = ('classes', 'label_map', 'pixel_version')
        return truth, *(result.meta.get(key) for key in keys)

    first = results[0]
    if not first.meta.get('label_map'):
        raise ValueError(
            f'{first.name} has no label map of its test. Test it again with `tgdfer '
            'folds --on`.'
        )
    for other in results[1:]:
        if facts(other) != facts(first):
            raise ValueError(
                f'{other.name} was tested on other clips, labels or pictures than '
                f'{first.name}: the data have changed in between. Delete the folders '
                'on_<data set> of the runs to test again.'
            )
