"""Figures of models with known accuracy, by whole commands over all folds."""

import json

import numpy as np
import pytest

from projects.vlm import folds
from projects.vlm.drawn_facts import main as write_facts
from projects.vlm.tests.drawn import ask, nearest, write_config
from projects.vlm.tests.fake_model import FakeModel

CLIPS = 5 * 7 * 4  # folds, classes, of each


@pytest.fixture(scope='module')
def drawn(tmp_path_factory):
    """A config, and the true movements of all its test clips."""
    folder = tmp_path_factory.mktemp('oracles')
    config = write_config(folder, clips_per_class=4)
    facts = folder / 'facts.jsonl'
    assert write_facts([str(config), str(facts)]) == 0
    assert len(facts.read_text().splitlines()) == CLIPS
    return config, facts


def shuffled(facts, path):
    """The same movements, each given to another clip."""
    rows = [json.loads(line) for line in facts.read_text().splitlines()]
    others = np.random.default_rng(0).permutation(len(rows))
    lines = (
        json.dumps(dict(row, people=rows[i]['people'])) + '\n'
        for row, i in zip(rows, others, strict=True)
    )
    path.write_text(''.join(lines))
    return path


def whole(drawn, facts, out, model) -> dict:
    """The figures over all clips of all folds."""
    full = ('--condition', 'full', '--facts', str(facts))
    assert ask(drawn[0], out, model, *full, call=folds.run)[0] == 0
    report = json.loads((out / 'results.json').read_text())
    assert report['num_clips'] == CLIPS and report['folds'] == [1, 2, 3, 4, 5]
    return {
        key: each['mean'] for key, each in report['summary']['pooled'].items() if each
    }


@pytest.mark.slow
def test_who_reads_the_true_movements_is_right_and_who_reads_others_is_at_chance(
    drawn, tmp_path
):
    true = whole(drawn, drawn[1], tmp_path / 'true', FakeModel(nearest))
    assert true['WAR'] >= 95 and true['UAR'] >= 95
    others = shuffled(drawn[1], tmp_path / 'shuffled.jsonl')
    false = whole(drawn, others, tmp_path / 'shuffled', FakeModel(nearest))
    # Chance is one of seven; the margin is three standard deviations for this number of
    # clips.
    chance = 100 / 7
    margin = 3 * 100 * (1 / 7 * 6 / 7 / CLIPS) ** 0.5
    assert abs(false['WAR'] - chance) < margin and abs(false['UAR'] - chance) < margin


@pytest.mark.slow
def test_who_lists_all_classes_gets_nothing(drawn, tmp_path):
    names = 'happy, sad, neutral, angry, surprise, disgust, fear'
    lister = FakeModel(lambda body: (names, 'stop'))
    numbers = whole(drawn, drawn[1], tmp_path, lister)
    assert numbers['WAR'] == numbers['UAR'] == 0
    parts = [
        json.loads((tmp_path / f'fold{k}/result.json').read_text())['scores']
        for k in range(1, 6)
    ]
    assert sum(part['unparsed'] for part in parts) == CLIPS
