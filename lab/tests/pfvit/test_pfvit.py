"""The study continues where it stopped, and its tables say what it found."""

import numpy as np
import pytest

from lab.evidence.train import OtherConfigError
from lab.pfvit import study
from lab.pfvit.page import result_lines, write_tables
from lab.pfvit.study import ARMS, arm_config, measure

SMALL = dict(
    frames=5,
    people=dict(train=2, test=2),
    components=4,
    size=16,
    training=dict(epochs=1, batch_size=7),
    model=dict(
        in_channels=4 + 128,
        expression_channels=2,
        residue_channels=3,
        decoder=dict(size=16, hidden_channels=8, channels=4),
    ),
)


def made_up():
    names = [
        *('redrawn', 'residue_alone', 'mean_frame', 'least_expressive'),
        *('frame_itself', 'mean_face'),
        *(
            f'{what}_{part}'
            for what in ('emotion', 'person')
            for part in ('expression', 'residue', 'instance')
        ),
    ]
    rng = np.random.default_rng(0)
    return {arm: [{n: rng.random() for n in names} for _ in range(6)] for arm in ARMS}


def test_arms_differ_by_the_loss_that_keeps_apart():
    configs = [arm_config(arm).to_dict() for arm in ('apart', 'together')]
    assert configs[0]['model'].pop('loss_apart')['type'] == 'SharedVarianceLoss'
    assert configs[1]['model'].pop('loss_apart') is None
    assert configs[0] == configs[1]


@pytest.mark.slow
def test_a_whole_small_study_and_going_on(tmp_path, monkeypatch):
    said = []
    results = measure(tmp_path, 1, said.append, SMALL)
    assert [len(results[arm]) for arm in ARMS] == [1, 1, 1] and len(said) == 3
    for [found] in results.values():
        assert all(np.isfinite(value) for value in found.values())
        assert found['frame_itself'] < found['mean_face']
    assert results['apart'][0]['mean_frame'] == results['together'][0]['mean_frame']
    monkeypatch.setattr(study, 'draw', None)  # nothing is drawn again
    assert measure(tmp_path, 1, said.append, SMALL) == results and len(said) == 3
    with pytest.raises(OtherConfigError, match='repeat0.json'):
        measure(tmp_path, 1, said.append, SMALL | dict(frames=6))


def test_tables_stand_between_the_marks_of_a_page(tmp_path):
    results, page = made_up(), tmp_path / 'page.md'
    page.write_text('before\n<!-- pfvit -->\nold\n<!-- end -->\nafter\n')
    write_tables(page, results)
    text = page.read_text()
    assert 'old' not in text and text.startswith('before') and text.endswith('after\n')
    mean = np.mean([r['redrawn'] for r in results['apart']])
    assert f'| frame minus its expression, redrawn | {mean:.1f} ±' in text
    page.write_text('no place')
    with pytest.raises(ValueError, match='no place between'):
        write_tables(page, results)


def test_a_difference_is_that_of_the_pairs():
    results = made_up()
    for r in results['apart']:
        r['mean_frame'] = r['redrawn'] + 2
    lines = result_lines(results)
    [line] = [line for line in lines if "redrawn minus the clip's mean" in line]
    assert '-2.00 [-2.00, -2.00]' in line
