"""Folds of a user's clips: people on one side, classes on both, the same every time."""

from collections import Counter, defaultdict
from pathlib import Path

import pytest

from tgdfer_mm.datasets.own_clips import OwnClip, OwnData
from tgdfer_mm.datasets.own_folds import make_folds, validation_part


def data_of(*rows):
    """Clips of (class, person[, video]) rows, as many times as they stand there."""
    clips = [
        OwnClip(
            f'{label}/{i}',
            Path(label),
            True,
            {label: 1.0},
            person,
            source=video[0] if video else None,
        )
        for i, (label, person, *video) in enumerate(rows)
    ]
    data = OwnData(Path('root'), Path('root'), clips)
    data.classes = tuple(sorted({label for label, *_ in rows}))
    return data


def by_fold(data, folds):
    found = defaultdict(list)
    for clip in data.clips:
        found[folds.of[clip.name]].append(clip)
    return found


def test_without_people_every_class_is_dealt_out_evenly_and_a_warning_says_so():
    data = data_of(*[('a', None)] * 12, *[('b', None)] * 7)
    folds = make_folds(data)
    assert folds.count == 5 and set(folds.of.values()) == {1, 2, 3, 4, 5}
    for label, most in (('a', 3), ('b', 2)):
        counts = Counter(folds.of[c.name] for c in data.clips if c.main_class == label)
        assert max(counts.values()) == most and min(counts.values()) == most - 1
    assert max(map(len, by_fold(data, folds).values())) == 4
    assert 'the same person may be trained on and tested' in folds.remarks[0]


def test_a_person_is_tested_by_one_fold_and_classes_stay_even():
    people = [f'p{i}' for i in range(10)]
    data = data_of(*[(label, p) for p in people for label in 'aab'])
    folds = make_folds(data)
    assert folds.count == 5 and not folds.remarks
    for clips in by_fold(data, folds).values():
        assert Counter(clip.main_class for clip in clips) == {'a': 4, 'b': 2}
        assert len({clip.person for clip in clips}) == 2


def test_spellings_of_one_person_are_one_person():
    data = data_of(('a', 'Ann'), ('b', 'ann '), ('a', 'Bob'), ('b', 'BOB'))
    folds = make_folds(data)
    assert folds.count == 2
    assert all(len(clips) == 2 for clips in by_fold(data, folds).values())


def test_fewer_people_or_clips_make_fewer_folds_and_that_is_said():
    three = make_folds(data_of(*[(c, p) for c in 'ab' for p in 'xyz' for _ in '12']))
    assert (
        three.count == 3 and '3 folds and not 5, since there are 3' in three.remarks[0]
    )
    two = make_folds(data_of(*[('a', None)] * 9, *[('b', None)] * 2))
    assert two.count == 2
    assert "2 folds and not 5, since the class 'b' has 2 clips" in two.remarks[1]


def test_one_person_alone_is_dealt_out_by_clip_with_a_warning():
    folds = make_folds(data_of(*[('a', 'ann')] * 5, *[('b', 'ann')] * 5))
    assert folds.count == 5 and "one person only, 'ann'" in folds.remarks[0]


def test_one_who_is_named_is_kept_apart_from_those_who_are_not():
    data = data_of(*[('a', 'ann'), ('b', 'ann')] * 3, *[('a', None), ('b', None)] * 3)
    folds = make_folds(data)
    assert folds.count == 5 and not any('one person only' in r for r in folds.remarks)
    assert len({folds.of[c.name] for c in data.clips if c.person}) == 1


def test_a_class_with_one_clip_is_always_trained_on_and_that_is_said():
    data = data_of(*[('a', None)] * 5, *[('b', None)] * 5, ('c', None))
    folds = make_folds(data)
    assert folds.count == 5 and folds.of['c/10'] == 0
    assert "the classes ['c'] have one clip each" in ' '.join(folds.remarks)


def test_a_class_shown_by_one_person_is_named():
    rows = [('a', 'ann'), ('b', 'ann'), ('a', 'bob'), ('a', 'cy')]
    assert 'of all people only one shows each of the classes b' in ' '.join(
        make_folds(data_of(*rows)).remarks
    )


@pytest.mark.parametrize('person', [None, 'p'])
def test_the_order_of_the_list_has_no_influence(person):
    rows = [(c, person and f'{person}{i % 4}') for i, c in enumerate('aabbbcccab' * 2)]
    data = data_of(*rows)
    back = OwnData(data.root, data.source, data.clips[::-1], data.classes)
    assert make_folds(data).of == make_folds(back).of
    assert validation_part(data.clips, 0.2) == validation_part(back.clips, 0.2)


def test_every_class_validates_and_trains():
    data = data_of(*[('a', None)] * 10, *[('b', None)] * 2, ('c', None))
    chosen = validation_part(data.clips, 0.2)
    counts = Counter(c.main_class for c in data.clips if c.name in chosen)
    assert counts == {'a': 2, 'b': 1}


def test_people_validate_or_train():
    people = [f'p{i}' for i in range(8)]
    data = data_of(*[(label, p) for p in people for label in 'aab'])
    chosen = validation_part(data.clips, 0.2)
    sides = defaultdict(set)
    for clip in data.clips:
        sides[clip.person].add(clip.name in chosen)
    assert all(len(each) == 1 for each in sides.values())
    assert 3 <= len(chosen) <= 6


def test_nobody_is_spared_who_alone_shows_a_class():
    data = data_of(('a', 'x'), ('a', 'x'), ('b', 'y'), ('b', 'y'))
    assert validation_part(data.clips, 0.5) == set()


@pytest.mark.parametrize('person', [None, 'ann'])
def test_clips_of_one_video_are_on_one_side_where_people_cannot_be(person):
    videos = [f'v{i}' for i in range(10)]
    data = data_of(*[(label, person, v) for v in videos for label in 'aab'])
    folds = make_folds(data)
    assert folds.count == 5 and 'the same person may be' in folds.remarks[0]
    for clips in by_fold(data, folds).values():
        assert Counter(clip.source for clip in clips) == dict.fromkeys(
            {clip.source for clip in clips}, 3
        )
    chosen = (
        validation_part([c for c in data.clips if folds.of[c.name] != 1], 0.2)
        if person is None
        else set()
    )
    assert all(
        (a.name in chosen) == (b.name in chosen)
        for a in data.clips
        for b in data.clips
        if a.source == b.source
    )
