"""The study of sound continues where it stopped, and its tables say what it found."""

import json

import numpy as np
import pytest
import torch

from lab.deva.drawn import Drawn
from lab.evidence.quiet import hushed
from lab.evidence.train import OtherConfigError
from lab.sound.page import PAIRS, result_lines, result_pairs, write_tables
from lab.sound.study import Clips, SoundStudy, hear, read_plan

PLAN = read_plan()
KINDS = 'true', 'other'
SMALL = dict(
    PLAN,
    level='easy',
    frames=3,
    people=dict(train=1, test=1),
    repeats=1,
    tuning_repeats=1,
    batch_size=7,
    epochs=1,
    settings={arm: settings[-1:] for arm, settings in PLAN['settings'].items()},
)


@pytest.fixture(scope='module')
def drawn():
    frames = np.tile([0, 5, 9], (7, 1))
    return Drawn(torch.ones(7, 3, 4), [3] * 6 + [1], frames, torch.arange(7), [])


@pytest.mark.slow
def test_what_is_finished_is_kept_and_another_plan_is_refused(tmp_path):
    torch.set_num_threads(1)
    lines = []
    with hushed():
        results, chosen = SoundStudy(SMALL, tmp_path, lines.append).measure()
    assert len(lines) == 2 + 3
    assert chosen == {arm: found[0] for arm, found in SMALL['settings'].items()}
    again = SoundStudy(SMALL, tmp_path, pytest.fail).measure()
    assert json.dumps(again) == json.dumps((results, chosen))
    assert results['alone'][0]['gates'] == []
    assert results['true'][0]['gates'] != results['other'][0]['gates']
    with pytest.raises(OtherConfigError, match='another config.*another folder'):
        SoundStudy(dict(SMALL, batch_size=6), tmp_path).measure()


def test_settings_are_chosen_on_people_that_no_figure_is_about():
    people = range(PLAN['seed'], PLAN['seed'] + PLAN['repeats'])
    tuning = range(PLAN['tuning_seed'], PLAN['tuning_seed'] + PLAN['tuning_repeats'])
    assert not set(people) & set(tuning)
    assert set(PLAN['settings']) < set(PLAN['arms'])


def test_each_clip_has_its_own_sound(drawn):
    true, other = (hear(drawn, 'easy', 0, range(2, 3), k, 'voice') for k in KINDS)
    again = hear(drawn, 'easy', 0, range(2, 3), 'true', 'voice')
    assert len(true) == 7 and all(values.shape == (3, 6) for values, _ in true)
    assert all(torch.equal(a[0], b[0]) for a, b in zip(true, again, strict=True))
    assert not all(torch.equal(a[0], b[0]) for a, b in zip(true, other, strict=True))
    assert not true[6][1][1:].any()  # padding
    clips = Clips(drawn)
    [sample] = clips.samples(true, [3])
    assert torch.equal(sample.heard, true[3][0]) and sample.gt_label.item() == 3
    assert 'heard' not in clips.samples(None, [3])[0]


def made_up():
    rng = np.random.default_rng(0)
    return {
        arm: [dict(UAR=50 + 9 * rng.random(), gates=[-0.5]) for _ in range(6)]
        for arm in PLAN['arms']
    }


def test_the_tables_have_every_arm_and_stand_between_the_marks(tmp_path):
    results = made_up()
    for own, base in zip(results['true'], results['alone'], strict=True):
        own['UAR'], base['gates'] = base['UAR'] + 2, []
    lines = result_lines(PLAN, results, dict(alone=dict(lr=1)))
    assert 'pictures alone: lr 1' in lines[1]
    for arm, about in PLAN['arms'].items():
        row = next(line for line in lines if line.startswith(f'| {about["name"]} |'))
        assert ('0.50' in row.split('|')[3]) == (arm != 'alone')
    pairs = result_pairs(PLAN, results)
    assert len(pairs) == len(PAIRS) and pairs[0].difference == pytest.approx(2)
    page = tmp_path / 'page.md'
    page.write_text('a\n<!-- sound -->\nold\n<!-- end -->\nb\n')
    write_tables(page, PLAN, results, {})
    assert 'old' not in page.read_text() and page.read_text().endswith('-->\nb\n')
    page.write_text('nothing')
    with pytest.raises(ValueError, match='no place between'):
        write_tables(page, PLAN, results, {})
