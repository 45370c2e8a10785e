"""Folds and validation parts of a user's clips, divided by person."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from .own_clips import OwnClip, OwnData, plain
from .text_files import some

FOLDS = 5
_SEED = 0
ALWAYS = 0  # the fold of clips that are always trained on


@dataclass
class Folds:
    """The test fold of each clip.

    Attributes:
        count: Number of folds.
        of: Name of a clip to the fold that tests it, from 1; 0 if no fold does.
        remarks: Remarks for the user, whole sentences.
    """

    count: int
    of: dict[str, int] = field(default_factory=dict)
    remarks: list[str] = field(default_factory=list)


def make_folds(data: OwnData) -> Folds:
    """Divides a user's clips into folds.

    If people are known, all clips of a person are tested by the same fold; if not, all
    clips of a video are. If every video has one clip, each class is divided on its own.
    The same clips give the same folds, in any order of the list.

    Args:
        data: The clips.
    """
    clips = sorted(data.clips, key=lambda clip: clip.name)
    people = {plain(clip.person) for clip in clips if clip.person}
    # Each unnamed person counts as a separate person.
    if people and len(_groups(clips)) > 1:
        return _by_group(clips, data, 'people')
    if people:  # a single group cannot be divided
        clips = [replace(clip, person=None) for clip in clips]
    if len(_groups(clips)) < len(clips):
        folds = _by_group(clips, data, 'videos')
    else:
        folds = _by_class(clips, data)
    why = (
        f'there is one person only, {next(iter(people))!r}'
        if people
        else 'it is not known who is in which clip'
    )
    folds.remarks.insert(
        0,
        f'{data.source}: {why}, so the same person may be trained on and tested, '
        'which makes results too good. Add a column "person" to a list, or use '
        'folders CLASS/PERSON/CLIP, to keep people apart.',
    )
    return folds


def validation_part(clips: Sequence[OwnClip], share: float) -> set[str]:
    """Chooses the training clips for validation, divided by person.

    Every class of two or more clips keeps one for training, and gives one to validation
    if no people are known.

    Args:
        clips: The training clips.
        share: Share of the clips for validation.

    Returns:
        Their names; empty, if too few clips are there.
    """
    groups = _groups(sorted(clips, key=lambda clip: clip.name))
    if len(groups) < len(clips) and len(groups) > 1:
        return _validating_people(groups, len(clips), share)
    by_class = defaultdict(list)
    for clip in sorted(clips, key=lambda clip: clip.name):
        by_class[clip.main_class].append(clip.name)
    chosen: set[str] = set()
    for label, names in sorted(by_class.items()):
        size = min(max(int(len(names) * share + 0.5), 1), len(names) - 1)
        order = _rng(label).permutation(len(names))
        chosen.update(names[i] for i in order[:size])
    return chosen


def _validating_people(
    groups: dict[str, list[OwnClip]], total: int, share: float
) -> set[str]:
    left = Counter(clip.main_class for each in groups.values() for clip in each)
    people = sorted(groups)
    order = [people[i] for i in _rng('people').permutation(len(people))]
    chosen: set[str] = set()
    for person in order:
        own = Counter(clip.main_class for clip in groups[person])
        fits = len(chosen) + len(groups[person]) <= max(total * share * 1.5, 1)
        if len(chosen) < total * share and (fits or not chosen):
            if all(left[label] > count for label, count in own.items()):
                left -= own
                chosen.update(clip.name for clip in groups[person])
    return chosen


def _by_class(clips: list[OwnClip], data: OwnData) -> Folds:
    by_class: dict[str, list[str]] = defaultdict(list)
    for clip in clips:
        by_class[clip.main_class].append(clip.name)
    single = [label for label, names in by_class.items() if len(names) == 1]
    sizes = {k: len(names) for k, names in by_class.items() if len(names) > 1}
    count = min([FOLDS, *sizes.values()])
    folds = Folds(count if sizes else 1)
    if single:
        folds.remarks.append(
            f'{data.source}: the classes {single} have one clip each, which is always '
            'used for training and never for testing.'
        )
    if count < FOLDS and sizes:
        label = min(sizes, key=sizes.__getitem__)
        folds.remarks.append(
            f'{data.source}: there are {count} folds and not {FOLDS}, since the class '
            f'{label!r} has {count} clips.'
        )
    start = 0
    for label in sorted(by_class):
        names = by_class[label]
        if len(names) == 1:
            folds.of[names[0]] = ALWAYS
            continue
        for place, i in enumerate(_rng(label).permutation(len(names))):
            folds.of[names[i]] = (start + place) % folds.count + 1
        start += len(names)  # so that the sizes of folds differ by at most one clip
    return folds


def _by_group(clips: list[OwnClip], data: OwnData, kind: str) -> Folds:
    groups = _groups(clips)
    folds = Folds(min(FOLDS, len(groups)))
    if folds.count < FOLDS:
        folds.remarks.append(
            f'{data.source}: there are {folds.count} folds and not {FOLDS}, since '
            f'there are {folds.count} {kind}.'
        )
    classes = {label: i for i, label in enumerate(data.classes)}
    counts = np.zeros((folds.count, len(classes)))
    totals = np.maximum(
        np.bincount([classes[c.main_class] for c in clips], minlength=len(classes)), 1
    )
    people = sorted(groups)
    order = [people[i] for i in _rng('people').permutation(len(people))]
    for person in sorted(order, key=lambda p: -len(groups[p])):
        own = np.bincount(
            [classes[clip.main_class] for clip in groups[person]],
            minlength=len(classes),
        )
        # The fold for which the classes are most evenly spread over all folds.
        spread = []
        for fold in range(folds.count):
            tried = counts.copy()
            tried[fold] += own
            spread.append(((tried / totals).var(0).sum(), tried[fold].sum(), fold))
        fold = min(spread)[-1]
        counts[fold] += own
        folds.of.update((clip.name, fold + 1) for clip in groups[person])
    shown = defaultdict(set)
    for person, group in groups.items():
        for clip in group:
            shown[clip.main_class].add(person)
    alone = [label for label, people in shown.items() if len(people) == 1]
    if alone:
        folds.remarks.append(
            f'{data.source}: of all {kind} only one shows each of the classes '
            f'{some(alone, 5)}; the fold that tests it has no clip of that class to '
            'train on.'
        )
    return folds


def _groups(clips: Sequence[OwnClip]) -> dict[str, list[OwnClip]]:
    """The clips that stay together, see :attr:`OwnClip.group`."""
    groups: dict[str, list[OwnClip]] = defaultdict(list)
    for clip in clips:
        groups[clip.group].append(clip)
    return groups


def _rng(what: str) -> np.random.Generator:
    return np.random.default_rng([_SEED, *what.encode()])
