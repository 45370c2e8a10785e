"""Numbers of groups of people: as from plain loops, with people as the unit."""

from dataclasses import replace

import numpy as np
import pytest

from tgdfer_mm.evaluation.group_scores import TestedClip as Clip
from tgdfer_mm.evaluation.group_scores import group_scores, method_in_words

CLASSES = ('happy', 'sad', 'fear')


def made_up(people=8, clips=12, seed=0):
    """Clips of people of two groups; some are easier to read than others."""
    rng = np.random.default_rng(seed)
    found = []
    for p in range(people):
        ease = rng.random()
        for _ in range(clips):
            sex = dict(sex='female' if p % 2 else 'male')
            right = float(rng.random(2).__lt__(ease).mean())  # of two seeds
            found.append(Clip(f'p{p}', sex, int(rng.integers(3)), right))
    return found


def by_hand(clips, among=range(3)):
    """UAR and WAR by loops."""
    recalls, rights = [], []
    for label in among:
        own = [clip.right for clip in clips if clip.label == label]
        if own:
            recalls.append(sum(own) / len(own))
        rights += own
    return 100 * sum(recalls) / len(recalls), 100 * sum(rights) / len(rights)


def test_numbers_and_gaps_are_those_of_plain_loops():
    clips = made_up()
    result = group_scores(clips, 'sex', CLASSES, draws=50)
    expected = {}
    for name in ('female', 'male'):
        own = [clip for clip in clips if clip.groups['sex'] == name]
        expected[name] = by_hand(own)
        found = result['groups'][name]
        assert (found['people'], found['clips'], found['absent']) == (4, 48, [])
        assert (found['UAR'], found['WAR']) == pytest.approx(expected[name])
    (gap,) = result['gaps']
    assert (gap['first'], gap['second']) == ('female', 'male')
    for i, number in enumerate(('UAR', 'WAR')):
        difference = expected['female'][i] - expected['male'][i]
        assert gap[number]['difference'] == pytest.approx(difference)


def test_intervals_are_those_of_a_bootstrap_in_plain_loops():
    clips = made_up(people=12)
    result = group_scores(clips, 'sex', CLASSES, draws=4000)
    rng = np.random.default_rng(5)
    gaps = []
    for _ in range(1000):
        numbers = []
        for name in ('female', 'male'):
            people = sorted({c.person for c in clips if c.groups['sex'] == name})
            drawn = rng.choice(people, len(people) - 1)
            numbers.append(by_hand([c for p in drawn for c in clips if c.person == p]))
        gaps.append([a - b for a, b in zip(*numbers, strict=True)])
    for i, number in enumerate(('UAR', 'WAR')):
        expected = np.percentile(np.array(gaps)[:, i], [2.5, 97.5])
        width = expected[1] - expected[0]
        found = result['gaps'][0][number]['interval']
        np.testing.assert_allclose(found, expected, atol=0.1 * width)


def test_the_spread_is_the_standard_error_over_people():
    rng = np.random.default_rng(1)
    people = rng.random(9)
    clips = [Clip(f'p{i}', dict(sex='x'), 0, float(v)) for i, v in enumerate(people)]
    low, high = group_scores(clips, 'sex', CLASSES, 20_000)['groups']['x'][
        'WAR_interval'
    ]
    error = 100 * people.std(ddof=1) / 3
    assert high - low == pytest.approx(2 * 1.96 * error, rel=0.06)


def test_more_clips_of_the_same_people_make_nothing_surer():
    clips = made_up()
    once, often = (group_scores(clips * n, 'sex', CLASSES, 300) for n in (1, 5))
    for name in ('UAR', 'WAR'):
        assert once['gaps'][0][name]['interval'] == pytest.approx(
            often['gaps'][0][name]['interval']
        )
    assert often['groups']['male']['clips'] == 5 * once['groups']['male']['clips']


def test_a_class_that_a_group_lacks_is_left_out_and_named():
    clips = [c for c in made_up() if c.groups['sex'] == 'male' or c.label != 2]
    result = group_scores(clips, 'sex', CLASSES, draws=50)
    female = [c for c in clips if c.groups['sex'] == 'female']
    male = [c for c in clips if c.groups['sex'] == 'male']
    assert result['groups']['female']['absent'] == ['fear']
    assert result['groups']['female']['UAR'] == pytest.approx(by_hand(female)[0])
    assert result['groups']['male']['UAR'] == pytest.approx(by_hand(male)[0])
    (gap,) = result['gaps']
    assert gap['classes'] == ['happy', 'sad']
    for i, name in enumerate(('UAR', 'WAR')):
        sides = [by_hand(own, (0, 1))[i] for own in (female, male)]
        assert gap[name]['difference'] == pytest.approx(sides[0] - sides[1])
    said = ' '.join(result['remarks'])
    assert "'female' has no clip of fear: its UAR is the mean over the other 2" in said
    assert 'over the classes that both have: happy, sad' in said


def test_a_class_that_not_all_people_show_makes_no_draw_undefined():
    clips = made_up(people=4) + [Clip('p0', dict(sex='male'), 2, 1.0)]
    clips = [c for c in clips if c.label < 2 or c.person == 'p0']
    result = group_scores(clips, 'sex', CLASSES, draws=200)
    for group in result['groups'].values():
        assert np.isfinite(group['UAR_interval']).all()
    assert np.isfinite(result['gaps'][0]['UAR']['interval']).all()


def test_a_group_of_one_person_has_numbers_without_intervals():
    clips = [c for c in made_up() if c.groups['sex'] == 'male' or c.person == 'p1']
    result = group_scores(clips, 'sex', CLASSES, draws=50)
    female, male = result['groups']['female'], result['groups']['male']
    assert female['people'] == 1 and female['UAR_interval'] is None
    assert male['UAR_interval'] is not None
    assert result['gaps'][0]['UAR']['interval'] is None
    assert result['gaps'][0]['UAR']['difference'] is not None
    said = ' '.join(result['remarks'])
    assert "'female' is a single person" in said and "'male' has only 4 people" in said


def test_people_of_no_known_group_are_counted_and_in_no_gap():
    clips = made_up()
    clips = [replace(c, groups={}) if c.person in ('p0', 'p1') else c for c in clips]
    result = group_scores(clips, 'sex', CLASSES, draws=50)
    assert list(result['groups']) == ['female', 'male', 'not known']
    assert result['groups']['not known']['people'] == 2
    assert [(g['first'], g['second']) for g in result['gaps']] == [('female', 'male')]
    said = ' '.join(result['remarks'])
    assert 'sex is not known for 2 people with 24 clips' in said
    alone = group_scores([c for c in clips if c.person != 'p1'], 'age', CLASSES, 50)
    assert list(alone['groups']) == ['not known'] and alone['gaps'] == []


def test_every_two_groups_have_a_gap_and_chance_is_told():
    clips = [
        Clip(f'p{i}', dict(age=f'{i % 3}0s'), label, i % 2)
        for i in range(40)
        for label in range(3)
    ]
    result = group_scores(clips, 'age', CLASSES, draws=50)
    pairs = [(gap['first'], gap['second']) for gap in result['gaps']]
    assert pairs == [('00s', '10s'), ('00s', '20s'), ('10s', '20s')]
    assert result['remarks'] == [
        'age: 3 gaps are shown. If there is no true gap, about one interval in twenty '
        'still excludes 0 by chance.'
    ]


def test_groups_of_other_classes_have_no_gap():
    clips = [Clip('a', dict(sex='f'), 0, 1), Clip('b', dict(sex='m'), 1, 1)]
    result = group_scores(clips, 'sex', CLASSES, draws=50)
    assert result['gaps'] == []
    assert '1 pair of groups have no class in common' in ' '.join(result['remarks'])


def test_a_person_in_two_groups_is_an_error():
    clips = [Clip('a', dict(sex='female'), 0, 1), Clip('a', {}, 0, 1)]
    with pytest.raises(ValueError, match="a is in two groups of 'sex', 'female' and"):
        group_scores(clips, 'sex', CLASSES)


def test_the_method_is_said_in_words():
    assert '10000 bootstrap draws of people' in method_in_words()
