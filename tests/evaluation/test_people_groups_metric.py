"""The numbers of groups in a test of a model: its clips, people and groups."""

import pytest

from tgdfer_mm.datasets.text_files import DataError
from tgdfer_mm.evaluation import DFERMetric, PeopleGroupsMetric

SEXES = ('female', 'male')


def evaluate(metric, samples, classes):
    metric.dataset_meta = dict(classes=classes)
    metric.process(None, [s.to_dict() for s in samples])
    return metric.evaluate(len(samples))


@pytest.fixture
def samples(make_sample):
    """Six actors, of whom the last one's sex is not known; two clips are damaged."""
    found = []
    for i in range(24):
        actor = i % 6
        known = {} if actor == 5 else dict(sex=SEXES[actor % 2])
        if i in (1, 3):
            known['damaged'] = 'truncated'
        label, pred = i // 6, i // 6 if i % 5 else 6
        found.append(make_sample(f'c{i}', label, pred, actor=f'{actor:02}', **known))
    return found


def test_a_group_is_evaluated_as_if_alone(samples, classes):
    found = evaluate(PeopleGroupsMetric('sex', draws=50), samples, classes)
    for sex in SEXES:
        part = [s for s in samples if s.get('sex') == sex]
        alone = evaluate(DFERMetric(), part, classes)
        for key in ('UAR', 'WAR'):
            assert found[f'people/sex/{sex}/{key}'] == pytest.approx(
                alone[f'dfer/{key}']
            )
    assert 'people/sex/not known/UAR' in found


def test_the_log_has_counts_gaps_intervals_and_doubts(samples, classes, log):
    metric = PeopleGroupsMetric(draws=50)
    evaluate(metric, samples, classes)
    assert list(metric.last_result) == ['sex']  # nobody's age is known
    said = '\n'.join(log)
    assert 'sex female: UAR ' in said and ' (3 people, 12 clips)' in said
    assert 'sex female less male: UAR +12.50 [' in said
    assert "sex 'female' has only 3 people" in said
    assert 'sex is not known for 1 person with 4 clips' in said
    assert "sex 'male' has no clip of " in said and 'bootstrap draws of people' in said
    (gap,) = metric.last_result['sex']['gaps']
    low, high = gap['WAR']['interval']
    assert low <= gap['WAR']['difference'] <= high


def test_a_kind_that_was_asked_for_and_is_not_known_is_said(samples, classes, log):
    evaluate(PeopleGroupsMetric(['sex', 'age_gruop'], draws=50), samples, classes)
    assert "no clip states the 'age_gruop' of its person" in '\n'.join(log)


def test_groups_may_come_from_a_table(tmp_path, samples, classes):
    path = tmp_path / 'people.csv'
    rows = [f'{a},{"left" if a < 3 else "right"},x' for a in range(6)]
    path.write_text('\n'.join(['actor,hand,other', *rows]))
    found = evaluate(PeopleGroupsMetric('hand', str(path), draws=50), samples, classes)
    assert {key.split('/')[2] for key in found} == {'left', 'right'}
    path.write_text('\n'.join(['actor,hand', *rows[:5]]).replace(',x', ''))
    with pytest.raises(DataError, match="people.csv has no row of '05'"):
        evaluate(PeopleGroupsMetric(people_file=str(path)), samples, classes)
    with pytest.raises(DataError, match="no column 'foot'"):
        PeopleGroupsMetric('foot', str(path))


def test_without_people_or_groups_it_is_said_and_nothing_ends(
    make_sample, classes, log
):
    nobody = [make_sample(f'c{i}', 0, 0) for i in range(3)]
    assert evaluate(PeopleGroupsMetric('sex'), nobody, classes) == {}
    assert "no clip states the 'sex' of its person" in ' '.join(log)
    unnamed = [make_sample(f'c{i}', 0, 0, sex='female') for i in range(3)]
    found = PeopleGroupsMetric('sex', draws=50)
    evaluate(found, unnamed, classes)
    assert found.last_result['sex']['groups']['female']['people'] == 3
    assert '3 clips do not name their person' in ' '.join(log)
