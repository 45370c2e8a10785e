"""Published facts about the data sets, such as numbers of clips by class."""

import json
from pathlib import Path

_FOLDER = Path(__file__).parent / 'facts'


def load_facts(dataset: str) -> dict:
    """The published facts of a data set.

    Raises:
        ValueError: If there are none with this name.
    """
    path = _FOLDER / f'{dataset}.json'
    if not path.is_file():
        known = sorted(p.stem for p in _FOLDER.glob('*.json'))
        raise ValueError(f'There are facts of {known}, not of {dataset!r}.')
    return json.loads(path.read_text(encoding='utf-8'))


def list_counts(dataset: str, setting: str) -> dict[tuple[str, int | None], list[int]]:
    """Numbers of clips of each class in the authors' lists, as far as known.

    Args:
        dataset: File name in ``facts/`` without its ending.
        setting: A key of its ``lists``.

    Returns:
        By subset and fold, one number for each of the data set's classes.
    """
    fact = load_facts(dataset)['lists'].get(setting, {'folds': {}})
    found = {}
    for fold, known in fact['folds'].items():
        number = int(fold) if fold else None
        test = known.get('test_class_counts')
        train = known.get('train_class_counts')
        if not train and test and 'class_counts' in fact:
            both = zip(fact['class_counts'], test, strict=True)
            train = [n - tested for n, tested in both]
        for subset, counts in (('train', train), ('test', test)):
            if counts:
                found[subset, number] = counts
    return found
