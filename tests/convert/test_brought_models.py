"""Checkpoints of other projects as models for videos: `tgdfer models get --file`."""

from dataclasses import replace

import numpy as np
import pytest

from tgdfer_cli.main import main
from tgdfer_mm.apis import DFERInferencer, load_model
from tgdfer_mm.catalogue import catalogue, model_folder


@pytest.fixture
def brought(tmp_path, monkeypatch):
    """Gets a model whose config is a small one, and loads it."""
    monkeypatch.setenv('XDG_CACHE_HOME', str(tmp_path / 'cache'))

    def get(name, cfg, file):
        cfg.dump(tmp_path / 'small.py')
        entry = replace(catalogue()[name], config=str(tmp_path / 'small.py'))
        monkeypatch.setitem(catalogue(), name, entry)
        words = ['models', 'get', name, '--file', str(file)]
        assert main([*words, '--fold', '9']) == 2  # no such fold
        assert not catalogue()[name].here
        assert main([*words, '--fold', '1']) == 0
        assert catalogue()[name].here
        return load_model(name)

    return get


def judged(loaded):
    """The result of a video of noise, whose every frame is judged."""
    inferencer = DFERInferencer(loaded, faces='none', show_progress=False)
    frames = np.random.default_rng(0).integers(0, 256, (16, 32, 32, 3), dtype=np.uint8)
    [result] = inferencer(frames)['predictions']
    [track] = result['tracks']
    assert track['label'] in loaded.classes
    assert sum(track['frames']['relevance']) == pytest.approx(16, abs=0.01)
    return result


def test_m3dfels_checkpoint_is_a_model(brought, m3dfel_file, m3dfel_cfg, capsys):
    loaded = brought('m3dfel-dfew', m3dfel_cfg, m3dfel_file)
    assert 'No hash of this file is known' in capsys.readouterr().out
    assert loaded.classes[0] == 'happy' and loaded.about['domain'] == 'real'
    result = judged(loaded)
    assert result['warnings'][0].startswith('The model m3dfel-dfew')


def test_dferclips_checkpoint_is_a_model_with_its_own_texts(
    brought, dferclip_file, dferclip_cfg
):
    for step in dferclip_cfg.test_dataloader.dataset.pipeline:
        if step.type == 'Resize':
            step.scale = (32, 32)
    dferclip_cfg.video.crop.size = 32
    loaded = brought('dfer-clip-dfew', dferclip_cfg, dferclip_file)
    assert len(loaded.classes) == 11  # of the recorded file, which is MAFW's
    assert (model_folder('dfer-clip-dfew') / 'model.descriptions.json').is_file()
    assert judged(loaded)['model']['classes'] == loaded.classes
    (model_folder('dfer-clip-dfew') / 'model.descriptions.json').unlink()
    assert not catalogue()['dfer-clip-dfew'].here
