"""Loading a checkpoint runs nothing that is in it, unless the user says so."""

import json
import pickle

import pytest
import torch
from mmengine.logging import HistoryBuffer
from mmengine.runner import CheckpointLoader
from safetensors.torch import save_file

from tgdfer_mm.engine.checkpoint import ALLOW_PICKLE


class Trap:
    """Writes a file when it is unpickled."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return (open, (str(self.path), 'w'))


def load(path):
    return CheckpointLoader.load_checkpoint(str(path), 'cpu')


def test_code_in_a_foreign_checkpoint_does_not_run(tmp_path, monkeypatch):
    monkeypatch.delenv(ALLOW_PICKLE, raising=False)
    path, sprung = tmp_path / 'foreign.pth', tmp_path / 'sprung'
    torch.save(dict(state_dict={}, trap=Trap(sprung)), path)
    with pytest.raises(pickle.UnpicklingError) as caught:
        load(path)
    assert not sprung.exists()
    for word in (str(path), '--allow-pickle', f'{ALLOW_PICKLE}=1'):
        assert word in str(caught.value)

    monkeypatch.setenv(ALLOW_PICKLE, '1')
    load(path)
    assert sprung.exists()


def test_mmengines_own_checkpoints_load_when_allowed(tmp_path, monkeypatch):
    path = tmp_path / 'mmengine.pth'
    torch.save(dict(message_hub=HistoryBuffer([1.0], [1])), path)
    monkeypatch.setenv(ALLOW_PICKLE, '0')
    with pytest.raises(pickle.UnpicklingError):
        load(path)
    monkeypatch.setenv(ALLOW_PICKLE, '1')
    assert load(path)['message_hub'].current() == 1.0


def test_plain_checkpoints_need_no_permission(tmp_path, monkeypatch):
    monkeypatch.delenv(ALLOW_PICKLE, raising=False)
    state = dict(weight=torch.arange(3.0))
    torch.save(dict(state_dict=state, meta=dict(fold=1)), tmp_path / 'a.pth')
    meta = dict(dataset_meta=dict(fold=1))
    save_file(state, tmp_path / 'b.safetensors', dict(meta=json.dumps(meta)))
    assert torch.equal(
        load(tmp_path / 'a.pth')['state_dict']['weight'], state['weight']
    )
    other = load(tmp_path / 'b.safetensors')
    assert torch.equal(other['state_dict']['weight'], state['weight'])
    assert other['meta'] == meta


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match='nothing.pth'):
        load(tmp_path / 'nothing.pth')
