"""Files are read, and nothing in them is run."""

import os
import pickle
import zipfile

import pytest
import torch
from safetensors.torch import save_file

from tgdfer_mm.convert.reading import read_source
from tgdfer_mm.plain_checkpoints import DamagedCheckpointError, load_from_local
from tgdfer_mm.torchscript_weights import ArchiveError, read_torchscript

STATE = {'a.weight': torch.arange(6.0).view(2, 3), 'b': torch.ones(2).half()}


class Calls:
    """When unpickled, calls something."""

    def __init__(self, function, *arguments):
        self.call = function, arguments

    def __reduce__(self):
        return self.call


def touch(path):
    path.write_text('run')


def same(state):
    return list(state) == list(STATE) and all(
        torch.equal(state[name], value) for name, value in STATE.items()
    )


@pytest.mark.parametrize('wrapper', [None, 'state_dict', 'model', 'model_state_dict'])
@pytest.mark.parametrize('prefix', ['', 'module.'])
def test_where_the_weights_may_lie(tmp_path, wrapper, prefix):
    content = {prefix + name: value for name, value in STATE.items()}
    torch.save(
        {wrapper: content, 'epoch': 3} if wrapper else content, tmp_path / 'x.pt'
    )
    assert same(read_source(tmp_path / 'x.pt').state)


def test_safetensors_and_old_files(tmp_path):
    save_file(STATE, tmp_path / 'x.safetensors')
    assert same(read_source(tmp_path / 'x.safetensors').state)
    torch.save(STATE, tmp_path / 'x.bin', _use_new_zipfile_serialization=False)
    assert same(read_source(tmp_path / 'x.bin').state)


def test_what_the_file_wants_called_is_not_called(tmp_path):
    content = {'state_dict': STATE, 'x': Calls(touch, tmp_path / 'harm')}
    torch.save(content, tmp_path / 'x.pt')
    torch.load(tmp_path / 'x.pt', weights_only=False)
    assert (tmp_path / 'harm').exists()  # so the file is a harmful one
    (tmp_path / 'harm').unlink()
    source = read_source(tmp_path / 'x.pt')
    assert same(source.state)
    assert any(name.endswith('touch') for name in source.stubs)
    assert not (tmp_path / 'harm').exists()


def test_system_calls_are_refused_as_a_whole(tmp_path):
    content = {'state_dict': STATE, 'x': Calls(os.system, f'touch {tmp_path}/harm')}
    torch.save(content, tmp_path / 'x.pt')
    with pytest.raises(ValueError, match='cannot be read as plain data'):
        read_source(tmp_path / 'x.pt')
    assert not (tmp_path / 'harm').exists()


def test_stubs_do_not_outlive_the_reading(tmp_path):
    torch.save({'state_dict': STATE, 'x': Calls(touch, 'x')}, tmp_path / 'x.pt')
    before = set(torch.serialization.get_safe_globals())
    read_source(tmp_path / 'x.pt')
    assert set(torch.serialization.get_safe_globals()) == before


def test_a_file_without_tensors(tmp_path):
    torch.save({'epoch': 3, 'seed': 0}, tmp_path / 'x.pt')
    with pytest.raises(ValueError, match='no named tensors.*epoch, seed'):
        read_source(tmp_path / 'x.pt')
    torch.save([1], tmp_path / 'x.pt')
    with pytest.raises(ValueError, match='holds a list'):
        read_source(tmp_path / 'x.pt')


def test_a_file_that_is_none(tmp_path):
    with pytest.raises(FileNotFoundError, match='no such checkpoint'):
        read_source(tmp_path / 'x.pt')
    (tmp_path / 'x.pt').write_bytes(b'no checkpoint')
    with pytest.raises(ValueError, match='damaged'):
        read_source(tmp_path / 'x.pt')


class Nested(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.inner = torch.nn.Linear(3, 4)
        self.norm = torch.nn.BatchNorm1d(4)
        self.register_buffer('view', torch.arange(8.0).view(2, 4).t())

    def forward(self, x):
        return self.norm(self.inner(x)) @ self.view


@pytest.mark.filterwarnings('ignore')
def test_torchscript_gives_its_state_dict(tmp_path):
    module = Nested().half()
    path = str(tmp_path / 'x.pt')
    torch.jit.script(module).save(path)
    state, expected = read_torchscript(path), module.state_dict()
    assert state.keys() == expected.keys()
    assert all(torch.equal(state[n], v) for n, v in expected.items())
    assert all(state[n].dtype == v.dtype for n, v in expected.items())


def test_torchscript_that_asks_for_more(tmp_path):
    with zipfile.ZipFile(tmp_path / 'x.pt', 'w') as archive:
        archive.writestr('x/constants.pkl', b'')
        archive.writestr('x/data.pkl', pickle.dumps(Calls(os.system, 'true')))
    with pytest.raises(ValueError, match='asks for .*system'):
        read_source(tmp_path / 'x.pt')


def test_a_few_modules_of_torchscript_cannot_be_told_to_be_billions(tmp_path):
    # Each module has the one before it twice; they are kept by number.
    module = b'c__torch__\nN\n)\x81'
    parts = [b'\x80\x02' + module + b'q\x00']
    for i in range(1, 50):
        before = b'h%c' % (i - 1)
        attributes = b'}(U\x01a' + before + b'U\x01b' + before + b'ub'
        parts.append(b'0' + module + attributes + b'q%c' % i)
    with zipfile.ZipFile(tmp_path / 'x.pt', 'w') as archive:
        archive.writestr('x/constants.pkl', b'')
        archive.writestr('x/data.pkl', b''.join(parts) + b'.')
    with pytest.raises(ArchiveError, match='more than 100,000 modules'):
        read_source(tmp_path / 'x.pt')


def test_a_small_file_cannot_state_tensors_of_any_size(tmp_path):
    large = torch.zeros(1).as_strided((10**12,), (0,))
    torch.save(dict(w=large), tmp_path / 'x.pt')
    with pytest.raises(DamagedCheckpointError, match='more than the file'):
        read_source(tmp_path / 'x.pt')


def test_nobody_is_advised_to_run_what_is_in_a_file(tmp_path):
    path = tmp_path / 'x.pth'
    path.write_bytes(b'{"a": 1}')
    for read in (read_source, load_from_local):
        with pytest.raises((ValueError, RuntimeError)) as caught:
            read(path)
        assert 'Weights only load failed' in str(caught.value)
        assert 'weights_only' not in str(caught.value)
