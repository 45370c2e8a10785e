"""The command writes captions and facts of all clips of a config."""

import numpy as np
import pytest
from mmengine.config import Config

from projects.vlm.facts import read_facts
from projects.vowelprompt.command import main
from tgdfer_mm.datasets.caption_files import read_captions
from tgdfer_mm.synth.clips import Clip
from tgdfer_mm.synth.tree import SynthSpec, ensure_tree


@pytest.fixture(scope='module')
def config(tmp_path_factory):
    """A drawn clip of each class in the test part of each fold; pictures are cheap."""
    folder = tmp_path_factory.mktemp('voices')
    root, flat = folder / 'clips', np.zeros((32, 32, 3), np.uint8)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Clip, 'draw', lambda clip, frame, size: flat)
        spec = SynthSpec(size=32, clips_per_class=1)
        ensure_tree(root, spec, workers=1, report=lambda line: None)
    node = dict(
        type='SynthDFEWDataset',
        data_root=str(root),
        size=32,
        clips_per_class=1,
        sound='true',
    )
    loader = dict(dataset=dict(node, subset='test', fold=1))
    Config(dict(default_scope='mmaction', test_dataloader=loader)).dump(
        folder / 'drawn.py'
    )
    return folder / 'drawn.py'


def test_captions_and_facts_of_every_clip(config, tmp_path, capsys):
    captions, facts = tmp_path / 'captions.csv', tmp_path / 'facts.jsonl'
    assert main([str(config), str(captions), '--facts', str(facts)]) == 0
    said = read_captions(captions)
    assert len(said) == 7 and len(set(said.values())) > 4
    assert all(text.startswith('the voice is ') for text in said.values())
    told = read_facts(facts)
    assert told.keys() == said.keys()
    for clip, fact in told.items():
        first, *others = fact.people[0].movements
        assert first == said[clip] and others
        assert all(' s: voice ' in text for text in others)
    assert '7 of 7 clips' in capsys.readouterr().out


def test_what_is_wrong_is_a_sentence(config, tmp_path, capsys):
    mute = ['--cfg-options', 'test_dataloader.dataset.sound=None']
    assert main([str(config), str(tmp_path / 'a.csv'), *mute]) == 2
    assert "media='videos'" in capsys.readouterr().err
    assert main([str(config), str(tmp_path / 'a.txt')]) == 2
    assert 'written as .csv' in capsys.readouterr().err
    same = ['--facts', str(tmp_path / 'a.csv')]
    assert main([str(config), str(tmp_path / 'a.csv'), *same]) == 2
    assert 'is the file of the captions' in capsys.readouterr().err
    none = ['--text-grids', str(tmp_path / 'none')]
    assert main([str(config), str(tmp_path / 'a.csv'), *none]) == 2
    assert 'there is no such folder' in capsys.readouterr().err
    assert main(['none.py', str(config / 'a.csv')]) == 5
    assert main(['none.py', str(tmp_path / 'a.csv'), '--facts', str(tmp_path)]) == 2
    assert 'is a folder' in capsys.readouterr().err
    empty = ['--text-grids', str(tmp_path)]
    assert main([str(config), str(tmp_path / 'a.csv'), *empty]) == 3
    assert 'no clip has a sound that can be read' in capsys.readouterr().err
    assert not (tmp_path / 'a.csv').exists()
