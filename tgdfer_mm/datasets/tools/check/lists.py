"""Checks of the lists: counts, folds, labels."""

from collections import Counter, defaultdict
from itertools import combinations

from ....labels.classes import load_classes, load_orders
from ...text_files import some
from .copies import ClipList, Copy


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
        _report_others(copy, lists)
        _check_folds(copy, setting, lists)
        _check_labels(copy, setting, lists)
        _check_counts(copy, setting, lists)
    return found


def _report_others(copy: Copy, lists: list[ClipList]) -> None:
    """Reports the interpretation of lists of other projects, once for equal ones."""
    alike = defaultdict(list)
    for each in lists:
        if each.reading:
            alike[each.reading.how].append(each)
    for how, group in alike.items():
        evidence = group[0].reading.evidence
        paths = [each.path for each in group]
        copy.findings.add('list-of-others', paths, how=how, evidence=evidence)


def _check_folds(copy: Copy, setting: str, lists: list[ClipList]) -> None:
    by_fold: dict[int | None, dict[str, ClipList]] = defaultdict(dict)
    for each in lists:
        by_fold[each.fold][each.subset] = each
    tests = [pair['test'] for pair in by_fold.values() if 'test' in pair]
    whole = {f: pair for f, pair in by_fold.items() if len(pair) == 2}
    for pair in whole.values():
        _check_overlap(copy, 'train-test-overlap', pair['train'], pair['test'])
    for one, other in combinations(tests, 2):
        _check_overlap(copy, 'test-folds-overlap', one, other)
    unions = {
        fold: pair['train'].labels.keys() | pair['test'].labels.keys()
        for fold, pair in whole.items()
    }
    everything = set().union(*unions.values())
    for fold, union in unions.items():
        lost = sorted(everything - union)
        copy.findings.add('fold-incomplete', lost, setting=setting, fold=fold)
    if len(tests) > 1 and copy.facts['lists'][setting].get('blocks'):
        _check_blocks(copy, setting, tests)


def _check_overlap(copy: Copy, text: str, one: ClipList, other: ClipList) -> None:
    both = sorted(one.labels.keys() & other.labels.keys())
    copy.findings.add(text, both, one=one, other=other)


def _check_blocks(copy: Copy, setting: str, tests: list[ClipList]) -> None:
    """Checks that test folds are blocks of clip numbers, as the authors' are."""
    broken = []
    for one, other in zip(tests, tests[1:], strict=False):
        before, after = _numbers_by_label(one), _numbers_by_label(other)
        broken += [
            f'folds {one.fold} and {other.fold}, label {label}'
            for label, numbers in after.items()
            if label in before and min(numbers) < max(before[label])
        ]
    copy.findings.add('folds-rearranged', broken, setting=setting)


def _numbers_by_label(clips: ClipList) -> dict[int, list[int]]:
    numbers = defaultdict(list)
    for clip, label in clips.labels.items():
        numbers[label].append(int(clip))
    return numbers


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
    first = some(conflicts.values(), 1)
    copy.findings.add('label-conflict', sorted(conflicts), setting=setting, first=first)
    bases = Counter(each.base for each in lists if each.base is not None)
    which = ' of some lists' if len(bases) > 1 else ''
    from_0 = [each.path for each in lists if each.base == 0]
    copy.findings.add('labels-from-0', from_0, setting=setting, which=which)


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
    size, whose = fact.get(subset or 'clips'), copy.facts['counts']
    about = dict(what=what, size=len(labels), whose=whose)
    if size is not None and len(labels) != size:
        copy.findings.add('list-size', **about, wanted=size)
    wanted = fact.get(f'{subset}_class_counts' if subset else 'class_counts')
    if wanted is None:
        return
    found = count_classes(labels, len(wanted))
    if found == wanted:
        return
    about.update(found=found, wanted=wanted, classes=', '.join(copy.facts['classes']))
    order = _other_order(of.label_set, found, wanted)
    if order:
        copy.findings.add('class-order', **about, order=order)
    elif size is None or len(labels) == size:
        copy.findings.add('class-counts', **about)


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
