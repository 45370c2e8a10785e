"""The study continues where it stopped, tells what it says, and writes its tables."""

import json

import numpy as np
import pytest
import torch
from mmengine.config import Config

from lab.deva.drawn import Drawn, tell
from lab.deva.page import result_lines, write_tables
from lab.deva.study import Study, read_plan
from lab.evidence.quiet import hushed
from lab.evidence.train import OtherConfigError
from lab.paths import CONFIGS
from tgdfer_mm.movements.words import caption_of, tell_moment
from tgdfer_mm.registry import MODELS
from tgdfer_mm.synth.clips import EMOTIONS, make_clip
from tgdfer_mm.synth.unit_values import true_values

PLAN = read_plan()
SMALL = dict(
    PLAN,
    level='easy',
    frames=3,
    people=dict(train=1, test=1),
    repeats=1,
    tuning_repeats=1,
    batch_size=7,
    epochs=1,
    arms={arm: PLAN['arms'][arm] for arm in ('alone', 'oracle', 'shuffled')},
    settings={arm: settings[-1:] for arm, settings in PLAN['settings'].items()},
)


@pytest.fixture(scope='module')
def root(tmp_path_factory):
    return tmp_path_factory.mktemp('deva')


@pytest.fixture(scope='module')
def measured(root):
    torch.set_num_threads(1)
    lines = []
    with hushed():
        found = Study(SMALL, root, lines.append).measure()
    assert len(lines) == 2 + 3
    return found


def test_what_is_finished_is_kept_and_another_plan_is_refused(root, measured):
    again = Study(SMALL, root, pytest.fail).measure()
    assert json.dumps(again) == json.dumps(measured)
    results, _ = measured
    assert all(0 <= each['UAR'] <= 100 for arm in results.values() for each in arm)
    assert results['alone'][0]['gates'] == []
    assert all(results['oracle'][0]['gates'])
    with pytest.raises(OtherConfigError, match='another config.*another folder'):
        Study(dict(SMALL, most=1), root).measure()


def test_the_settings_are_those_that_were_best(root, measured):
    _, chosen = measured
    assert chosen == {arm: found[0] for arm, found in SMALL['settings'].items()}
    people = range(PLAN['seed'], PLAN['seed'] + PLAN['repeats'])
    tuning = range(PLAN['tuning_seed'], PLAN['tuning_seed'] + PLAN['tuning_repeats'])
    assert not set(people) & set(tuning)


def made_up(repeats=6):
    rng = np.random.default_rng(0)
    return {
        arm: [dict(UAR=50 + 9 * rng.random(), gates=[0.5, -0.5])] * repeats
        for arm in PLAN['arms']
    }


def test_the_tables_have_every_arm_and_stand_between_the_marks(tmp_path):
    results = made_up()
    for i, each in enumerate(results['oracle']):
        results['oracle'][i] = dict(each, UAR=90.0 + i)
    lines = result_lines(PLAN, results, dict(alone=dict(lr=1)))
    assert 'frames alone: lr 1' in lines[1]
    for arm, about in PLAN['arms'].items():
        [row] = [line for line in lines if line.startswith(f'| {about["name"]} |')]
        assert ('0.50, 0.50' in row) == (arm != 'alone')
    page = tmp_path / 'page.md'
    page.write_text('a\n<!-- deva -->\nold\n<!-- end -->\nb\n')
    write_tables(page, PLAN, results, {})
    assert '\nold\n' not in page.read_text()
    assert page.read_text().endswith('-->\nb\n')
    page.write_text('nothing')
    with pytest.raises(ValueError, match='no place between'):
        write_tables(page, PLAN, results, {})


@pytest.fixture(scope='module')
def drawn():
    clips = [make_clip(0, i, name, i) for i, name in enumerate(EMOTIONS)]
    frames = np.array([[0, len(clip) // 2] for clip in clips])
    values = [true_values(clip) for clip in clips]
    return Drawn(torch.zeros(7, 2, 4), [2] * 7, frames, torch.arange(7), values)


def test_true_words_noise_and_those_of_another_clip(drawn):
    def told(of='clip', sigma=0.0, shuffled=False):
        return tell(drawn, of, 5, sigma, np.random.default_rng(1), shuffled)

    true = told()
    assert true == [[caption_of(values)] for values in drawn.values]
    moments = told('frames')
    assert moments[3] == [
        tell_moment(drawn.values[3].of_frame(int(i))) for i in drawn.frames[3]
    ]
    assert told(sigma=0.5) != true
    other = told(shuffled=True)
    assert sorted(other) == sorted(true)
    assert all(own != its for own, its in zip(true, other, strict=True))


def test_on_real_clips_words_are_told_in_training_and_in_testing():
    cfg = Config.fromfile(CONFIGS / 'deva/described_dfew.py')
    plain = Config.fromfile(CONFIGS.parents[1] / 'configs/tgdfer_dfew.py')
    for loader in ('train_dataloader', 'val_dataloader', 'test_dataloader'):
        steps = [step.type for step in cfg[loader].dataset.pipeline]
        assert steps.index('AttachMovements') == steps.index('SampleSegments') + 1
        steps.remove('AttachMovements')
        assert steps == [step.type for step in plain[loader].dataset.pipeline]
    assert cfg.model.neck.neck == plain.model.neck


@pytest.mark.slow
def test_the_real_tower_is_read_at_a_third_two_thirds_and_its_end():
    cfg = Config.fromfile(CONFIGS / 'deva/described_dfew.py')
    for part in ('backbone', 'text_encoder'):
        cfg.model[part].pretrained = None
    model = MODELS.build(cfg.model).eval()
    assert model.text_encoder.depths == (4, 8, 12)
    words = model.text_encoder.describe([['lip corners strongly pulled up']], ['1'])
    assert words.tokens.shape == (3, 1, 6, 512)  # five words and the end
    x, mask = torch.randn(1, 16, 512), torch.ones(1, 16) > 0
    assert torch.equal(model.neck.fuse(x, mask, words), x)
    for reader in model.neck.readers:
        torch.nn.init.ones_(reader.gate)
    assert not torch.allclose(model.neck.fuse(x, mask, words), x, atol=0.01)
