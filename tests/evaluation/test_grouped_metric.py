"""The numbers of a group are those of its clips alone."""

import pytest

from tgdfer_mm.evaluation import DFERMetric, GroupedDFERMetric

CLIPS = [  # scene, truth, prediction
    ('War', 0, 0),
    ('War', 0, 1),
    ('War', 1, 1),
    ('Crime', 2, 2),
    ('Crime', 3, 2),
    ('Crime', 2, 2),
]


def evaluate(metric, samples, classes):
    metric.dataset_meta = dict(classes=classes)
    metric.process(None, [s.to_dict() for s in samples])
    return metric.evaluate(len(samples))


@pytest.fixture
def samples(make_sample):
    return [
        make_sample(f'{scene}/{i:04d}', label, pred, scene=scene)
        for i, (scene, label, pred) in enumerate(CLIPS)
    ]


def test_each_group_is_evaluated_as_if_alone(samples, classes):
    found = evaluate(GroupedDFERMetric('scene'), samples, classes)
    plain = evaluate(DFERMetric(), samples, classes)
    assert plain.items() <= found.items()
    for scene, part in (('War', samples[:3]), ('Crime', samples[3:])):
        alone = evaluate(DFERMetric(), part, classes)
        for key in ('UAR', 'WAR'):
            assert found[f'dfer/{scene}/{key}'] == pytest.approx(alone[f'dfer/{key}'])
    assert found['dfer/War/UAR'] == pytest.approx(75)  # recalls 1/2 and 1
    assert found['dfer/Crime/WAR'] == pytest.approx(200 / 3)


def test_the_groups_counts_sum_to_all(samples, classes):
    metric = GroupedDFERMetric('scene')
    evaluate(metric, samples, classes)
    groups = metric.last_result['groups']
    assert list(groups) == ['Crime', 'War']
    assert sum(g['num_clips'] for g in groups.values()) == len(samples)


def test_a_clip_without_a_group(samples, classes):
    with pytest.raises(ValueError, match="clip War/0000 has no 'mood'"):
        evaluate(GroupedDFERMetric('mood'), samples, classes)
