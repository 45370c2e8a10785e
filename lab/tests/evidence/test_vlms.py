"""Vision-language models of an experiment: pre-trained when a training needs them."""

import json
from pathlib import Path

import pytest

from lab.evidence import experiment
from lab.evidence.experiment import make_vlms, vlm_files
from lab.evidence.plan import EvidencePlan
from lab.evidence.train import OtherConfigError

PLAN = EvidencePlan(
    conditions={
        'hard': {'level': 'hard'},
        'weak': {'level': 'hard', 'vlm': 'weak'},
        'strong': {'level': 'hard', 'vlm': 'strong'},
    },
    groups=[],
    perturbations=[],
    repeats=1,
    clips_per_class=1,
    reference='full',
    vlms={'weak': {'steps': 9}, 'strong': {'steps': 99}},
)


@pytest.fixture
def trained(monkeypatch):
    """What was pre-trained: pairs of a file and its number of steps."""
    found = []

    def train(command, check):
        file = Path(command[command.index('--out') + 1])
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch()
        found.append((file.name, command[-1]))

    monkeypatch.setattr(experiment.subprocess, 'run', train)
    return found


def test_only_what_is_needed_is_pretrained_and_once(trained, tmp_path):
    make_vlms(PLAN, tmp_path, {'hard'})
    assert not trained
    for _ in range(2):
        make_vlms(PLAN, tmp_path, {'hard', 'weak'})
    assert trained == [('weak.safetensors', '--steps=9')]
    assert Path(vlm_files(PLAN, tmp_path)['weak']).is_file()


def test_one_of_other_options_is_refused(trained, tmp_path):
    make_vlms(PLAN, tmp_path, {'strong'})
    record = tmp_path / 'vlm/strong.options.json'
    record.write_text(json.dumps({'steps': 1}))
    with pytest.raises(OtherConfigError, match='other options'):
        make_vlms(PLAN, tmp_path, {'strong'})
