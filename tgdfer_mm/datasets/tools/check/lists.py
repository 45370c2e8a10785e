"""Checks of the lists: counts, folds, labels."""

from collections import Counter, defaultdict
from itertools import combinations

from ....labels.classes import load_classes, load_orders
from .copies import ClipList, Copy
from .findings import some

_ARCHIVE = "Take the lists from the authors' archive; results on others do not compare."


def check_lists(copy: Copy) -> dict[str, list[ClipList]]:
    """Reads and checks all lists.

    Returns:
        The lists that could be read, by setting.
    """
    found = {}
    for setting in copy.facts['lists']:
        lists = copy.read_lists(setting)
        found[setting] = lists
        if not lists:
            continue
        _check_folds(copy, setting, lists)
        _check_labels(copy, setting, lists)
        _check_counts(copy, setting, lists)
    return found


def _check_folds(copy: Copy, setting: str, lists: list[ClipList]) -> None:
    errors = copy.findings.error
    by_fold: dict[int | None, dict[str, ClipList]] = defaultdict(dict)
    for each in lists:
        by_fold[each.fold][each.subset] = each
    tests = [pair['test'] for pair in by_fold.values() if 'test' in pair]
    whole = {f: pair for f, pair in by_fold.items() if len(pair) == 2}
    for pair in whole.values():
        both = pair['train'].labels.keys() & pair['test'].labels.keys()
        if both:
            errors(
                'train-test-overlap',
                f'{pair["train"].path} and {pair["test"].path} share {len(both)} '
                f'clips: {some(sorted(both))}.',
                f'Tested clips must not train. {_ARCHIVE}',
                sorted(both),
            )
    for one, other in combinations(tests, 2):
        both = one.labels.keys() & other.labels.keys()
        if both:
            errors(
                'test-folds-overlap',
                f'{one.path} and {other.path} share {len(both)} clips: '
                f'{some(sorted(both))}.',
                f'Every clip is tested in one fold. {_ARCHIVE}',
                sorted(both),
            )
    unions = {
        fold: pair['train'].labels.keys() | pair['test'].labels.keys()
        for fold, pair in whole.items()
    }
    everything = set().union(*unions.values())
    for fold, union in unions.items():
        lost = sorted(everything - union)
        if lost:
            errors(
                'fold-incomplete',
                f'{setting}: fold {fold} lacks {len(lost)} clips that other folds '
                f'list: {some(lost)}.',
                _ARCHIVE,
                lost,
            )
    if len(tests) > 1 and copy.facts['lists'][setting].get('blocks'):
        _check_blocks(copy, setting, tests)


def _check_blocks(copy: Copy, setting: str, tests: list[ClipList]) -> None:
    """The authors' test folds are blocks of ascending clip numbers in every class."""
    broken = []
    for one, other in zip(tests, tests[1:], strict=False):
        last, first = defaultdict(int), {}
        for clip, label in one.labels.items():
            last[label] = max(last[label], int(clip))
        for clip, label in other.labels.items():
            first[label] = min(first.get(label, int(clip)), int(clip))
        broken += [
            f'folds {one.fold} and {other.fold}, label {label}'
            for label in first
            if label in last and first[label] < last[label]
        ]
    if broken:
        copy.findings.warning(
            'folds-rearranged',
            f"{setting}: the authors' test folds are blocks of clip numbers within "
            f'each class; here they cross: {some(broken)}.',
            f'These may be folds of somebody else. {_ARCHIVE}',
            broken,
        )


def _check_labels(copy: Copy, setting: str, lists: list[ClipList]) -> None:
    seen: dict[str, tuple[int, ClipList]] = {}
    conflicts = {}
    for each in lists:
        for clip, label in each.labels.items():
            first, where = seen.setdefault(clip, (label, each))
            if first != label:
                conflicts[clip] = (
                    f'{clip} ({where.path}: {first}, {each.path}: {label})'
                )
    if conflicts:
        copy.findings.error(
            'label-conflict',
            f'{setting}: {len(conflicts)} clips have different labels (counted from '
            f'0) in different lists: {some(conflicts.values(), 1)}.',
            _ARCHIVE,
            sorted(conflicts),
        )
    bases = Counter(each.base for each in lists if each.base is not None)
    if bases[0]:
        both = ' of some lists' if len(bases) > 1 else ''
        copy.findings.note(
            'labels-from-0',
            f"{setting}: the labels{both} start at 0, the authors' at 1. They are read "
            'as the same classes.',
            who=[each.path for each in lists if each.base == 0],
        )


def _check_counts(copy: Copy, setting: str, lists: list[ClipList]) -> None:
    fact = copy.facts['lists'][setting]
    union: dict[str, int] = {}
    for each in lists:
        union.update(each.labels)
        known = fact['folds'][str(each.fold or '')]
        _compare(copy, each, f'{each} ({each.path})', each.labels, known, each.subset)
    if len(lists) == 2 * len(fact['folds']):
        _compare(copy, lists[0], f'{setting}: all folds', union, fact)


def _compare(
    copy: Copy,
    of: ClipList,
    what: str,
    labels: dict[str, int],
    fact: dict,
    subset: str = '',
) -> None:
    size = fact.get(subset or 'clips')
    whose = copy.facts['counts']
    if size is not None and len(labels) != size:
        copy.findings.error(
            'list-size',
            f'{what} has {len(labels)} clips, {whose} are {size}.',
            _ARCHIVE + ' For a part of the data on purpose: --counts none.',
        )
    wanted = fact.get(f'{subset}_class_counts' if subset else 'class_counts')
    if wanted is None:
        return
    found = count_classes(labels, len(wanted))
    if found == wanted:
        return
    order = _other_order(of.label_set, found, wanted)
    if order:
        copy.findings.error(
            'class-order',
            f'{what}: the counts per label are those of the class order {order!r}, '
            'not of the authors.',
            f'Set label_order={order!r} only if you know what you compare with. '
            f'{_ARCHIVE}',
        )
    elif size is None or len(labels) == size:
        copy.findings.error(
            'class-counts',
            f'{what}: clips per class are {found}, {whose} are {wanted} '
            f'({", ".join(copy.facts["classes"])}).',
            _ARCHIVE,
        )


def count_classes(labels: dict[str, int], num_classes: int) -> list[int]:
    """Clips of each class."""
    counts = Counter(labels.values())
    return [counts[label] for label in range(num_classes)]


def _other_order(label_set: str, found: list[int], wanted: list[int]) -> str | None:
    classes = load_classes(label_set)
    for name in load_orders(label_set):
        by_name = dict(zip(load_classes(label_set, name), found, strict=True))
        if [by_name[c] for c in classes] == wanted:
            return name
    return None
