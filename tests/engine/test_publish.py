"""Published files: smaller, checked like checkpoints, never silently wrong."""

import hashlib

import pytest
import torch

from tgdfer_mm.engine.checkpoint import load_from_local
from tgdfer_mm.engine.publish import publish
from tgdfer_mm.finite_weights import NonFiniteWeightsError


@pytest.fixture
def checkpoint(tmp_path):
    path = tmp_path / 'epoch_1.pth'
    weight = torch.randn(4, 4)
    data = {
        'state_dict': {'weight': weight, 'ids': torch.tensor([3, 70000])},
        'optimizer': {'exp_avg': torch.zeros(100)},
        'meta': {
            'dataset_meta': {'classes': ['a', 'b'], 'fold': 2},
            'epoch': 1,
            'cfg': "work_dir = '/home/me/secret'",
        },
    }
    torch.save(data, path)
    return path, data


def test_keeps_weights_and_what_they_were_trained_on(checkpoint, tmp_path):
    path, data = checkpoint
    out = tmp_path / 'model.safetensors'
    info = publish(path, out, command='python tools/train.py x.py')
    loaded = load_from_local(out, 'cpu')
    state = loaded['state_dict']
    assert torch.allclose(
        state['weight'].float(), data['state_dict']['weight'], atol=2e-3
    )
    assert torch.equal(state['ids'], data['state_dict']['ids'])
    assert loaded['meta']['dataset_meta'] == data['meta']['dataset_meta']
    assert loaded['meta']['command'] == 'python tools/train.py x.py'
    assert info['sha256'] == hashlib.sha256(out.read_bytes()).hexdigest()
    assert 'optimizer' not in loaded
    assert b'/home/me' not in out.read_bytes()


def test_values_beyond_half_precision_are_an_error(checkpoint, tmp_path):
    path, data = checkpoint
    data['state_dict']['weight'][0, 0] = 1e6
    torch.save(data, path)
    with pytest.raises(
        ValueError, match='weight has values that are too large for half'
    ):
        publish(path, tmp_path / 'model.safetensors')


def test_the_ending_is_checked(checkpoint, tmp_path):
    with pytest.raises(ValueError, match='safetensors'):
        publish(checkpoint[0], tmp_path / 'model.pth')


@pytest.mark.parametrize('value', [float('nan'), float('inf')])
def test_weights_that_are_no_numbers_are_not_published(checkpoint, tmp_path, value):
    path, data = checkpoint
    data['state_dict']['weight'][0, 0] = value
    torch.save(data, path)
    with pytest.raises(NonFiniteWeightsError, match=r'epoch_1\.pth: weight holds NaN'):
        publish(path, tmp_path / 'model.safetensors')
    assert not (tmp_path / 'model.safetensors').exists()


def test_a_checkpoint_is_not_published_over_itself(checkpoint, tmp_path):
    out = tmp_path / 'model.safetensors'
    publish(checkpoint[0], out)
    before = out.read_bytes()
    with pytest.raises(ValueError, match='is the checkpoint itself'):
        publish(out, tmp_path / '.' / 'model.safetensors')
    assert out.read_bytes() == before


def test_what_cannot_be_published_is_named(checkpoint, tmp_path):
    (tmp_path / 'cut.pth').write_bytes(checkpoint[0].read_bytes()[:-900])
    torch.save(dict(weight=torch.zeros(2)), tmp_path / 'bare.pth')
    for name in ('absent.pth', 'cut.pth', 'bare.pth'):
        with pytest.raises((OSError, RuntimeError), match=name) as caught:
            publish(tmp_path / name, tmp_path / 'model.safetensors')
        assert caught.value.exit_code == 2
        assert not (tmp_path / 'model.safetensors').exists()
