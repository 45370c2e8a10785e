"""Loading a checkpoint runs no code from it, unless the user allows it."""

import json
import pickle

import pytest
import torch
from mmengine.logging import HistoryBuffer
from mmengine.runner import checkpoint as mmengine_checkpoint
from safetensors.torch import save_file

from tgdfer_mm.plain_checkpoints import (
    ALLOW_PICKLE,
    DamagedCheckpointError,
    load_from_local,
    load_plain,
    plain_loading,
    write_safetensors,
)


class Trap:
    """Writes a file when it is unpickled."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return (open, (str(self.path), 'w'))


def test_code_in_a_foreign_checkpoint_does_not_run(tmp_path, monkeypatch):
    monkeypatch.delenv(ALLOW_PICKLE, raising=False)
    path, sprung = tmp_path / 'foreign.pth', tmp_path / 'sprung'
    torch.save(dict(state_dict={}, trap=Trap(sprung)), path)
    with pytest.raises(pickle.UnpicklingError) as caught:
        load_plain(path)
    assert not sprung.exists()
    for word in (str(path), f'{ALLOW_PICKLE}=1'):
        assert word in str(caught.value)

    monkeypatch.setenv(ALLOW_PICKLE, '1')
    load_plain(path)
    assert sprung.exists()


def test_mmengines_own_checkpoints_load_when_allowed(tmp_path, monkeypatch):
    path = tmp_path / 'mmengine.pth'
    torch.save(dict(message_hub=HistoryBuffer([1.0], [1])), path)
    monkeypatch.setenv(ALLOW_PICKLE, '0')
    with pytest.raises(pickle.UnpicklingError):
        load_plain(path)
    monkeypatch.setenv(ALLOW_PICKLE, '1')
    assert load_plain(path)['message_hub'].current() == 1.0


def test_plain_checkpoints_need_no_permission(tmp_path, monkeypatch):
    monkeypatch.delenv(ALLOW_PICKLE, raising=False)
    state = dict(weight=torch.arange(3.0))
    torch.save(dict(state_dict=state, meta=dict(fold=1)), tmp_path / 'a.pth')
    meta = dict(dataset_meta=dict(fold=1))
    save_file(state, tmp_path / 'b.safetensors', dict(meta=json.dumps(meta)))
    assert torch.equal(
        load_plain(tmp_path / 'a.pth')['state_dict']['weight'], state['weight']
    )
    other = load_plain(tmp_path / 'b.safetensors')
    assert torch.equal(other['state_dict']['weight'], state['weight'])
    assert other['meta'] == meta


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match='nothing.pth'):
        load_plain(tmp_path / 'nothing.pth')


def test_downloads_are_not_unpickled_unless_allowed(monkeypatch, tmp_path):
    torch.save(Trap(tmp_path / 'sprung'), tmp_path / 'trap.pth')
    url = (tmp_path / 'trap.pth').as_uri()
    kwargs = dict(model_dir=str(tmp_path / 'cache'), progress=False)
    monkeypatch.delenv(ALLOW_PICKLE, raising=False)
    with plain_loading(), pytest.raises(Exception, match='[Ww]eights.only'):
        mmengine_checkpoint.load_url(url, **kwargs)
    assert not (tmp_path / 'sprung').exists()
    monkeypatch.setenv(ALLOW_PICKLE, '1')
    with plain_loading():
        mmengine_checkpoint.load_url(url, **kwargs)
    assert (tmp_path / 'sprung').exists()


@pytest.mark.parametrize(
    ('name', 'content'),
    [
        ('empty.pth', b''),
        ('text.pth', b'root:x:0:0\n'),
        ('zeros.pth', bytes(512)),
        ('page.safetensors', b'<html></html>'),
    ],
)
def test_a_file_that_is_no_checkpoint_is_named(name, content, tmp_path):
    (tmp_path / name).write_bytes(content)
    with pytest.raises((DamagedCheckpointError, pickle.UnpicklingError), match=name):
        load_plain(tmp_path / name)


def test_a_checkpoint_that_is_cut_off_or_holds_no_dict_is_named(tmp_path):
    torch.save(dict(state_dict=dict(a=torch.arange(999))), tmp_path / 'whole.pth')
    whole = (tmp_path / 'whole.pth').read_bytes()
    (tmp_path / 'half.pth').write_bytes(whole[: len(whole) // 2])
    torch.save([1, 2], tmp_path / 'list.pth')
    for name, words in (('half.pth', 'not whole'), ('list.pth', 'holds a list')):
        with pytest.raises(DamagedCheckpointError, match=f'{name}.*{words}'):
            load_plain(tmp_path / name)


def same(one, other):
    pairs = zip(one['state_dict'].items(), other['state_dict'].items(), strict=True)
    equal = (a[0] == b[0] and torch.equal(a[1], b[1]) for a, b in pairs)
    return all(equal) and one['meta'] == other['meta']


@pytest.mark.parametrize('name', ['a.pth', 'a.safetensors'])
def test_damage_anywhere_in_our_files_is_noticed(tmp_path, name):
    state = dict(weight=torch.arange(300.0), bias=torch.ones(40))
    meta = dict(dataset_meta=dict(classes=['sad', 'happy']))
    if name == 'a.pth':
        torch.save(dict(state_dict=state, meta=meta), tmp_path / name)
    else:
        write_safetensors(state, dict(meta=json.dumps(meta)), tmp_path / name)
    whole = (tmp_path / name).read_bytes()
    valid = load_from_local(tmp_path / name)
    refused = 0
    for place in range(0, len(whole), len(whole) // 60):
        for damage in (bytes([whole[place] ^ 1]), bytes(40)):
            damaged = whole[:place] + damage + whole[place + len(damage) :]
            (tmp_path / name).write_bytes(damaged)
            try:
                loaded = load_from_local(tmp_path / name)
            except DamagedCheckpointError as error:
                assert str(tmp_path / name) in str(error)
                refused += 1
            else:  # the zip's padding, or what was there was the same
                assert same(loaded, valid)
    assert refused > 50


def test_shipped_weights_are_compared_with_the_manifest(tmp_path, monkeypatch):
    from tgdfer_mm import plain_checkpoints

    for path in plain_checkpoints._SHIPPED.glob('*.safetensors'):
        load_from_local(path)
    monkeypatch.setattr(plain_checkpoints, '_SHIPPED', tmp_path)
    save_file(dict(a=torch.zeros(3)), tmp_path / 'a.safetensors')
    manifest = {'a.safetensors': dict(sha256='0' * 64)}
    (tmp_path / 'manifest.json').write_text(json.dumps(manifest))
    with pytest.raises(DamagedCheckpointError, match='a.safetensors is not whole'):
        load_from_local(tmp_path / 'a.safetensors')


def test_files_without_checksums_load(tmp_path):
    state = dict(a=torch.arange(3.0))
    torch.serialization.set_crc32_options(False)
    try:
        torch.save(dict(state_dict=state), tmp_path / 'a.pth')
    finally:
        torch.serialization.set_crc32_options(True)
    torch.save(state, tmp_path / 'b.pth', _use_new_zipfile_serialization=False)
    save_file(state, tmp_path / 'c.safetensors')
    for name in ('a.pth', 'b.pth', 'c.safetensors'):
        loaded = load_from_local(tmp_path / name)
        assert torch.equal(loaded.get('state_dict', loaded)['a'], state['a'])


@pytest.mark.parametrize(
    'content',
    [
        dict(state_dict=[1]),
        dict(state_dict={}, meta='text'),
        dict(state_dict={}, meta=dict(dataset_meta=3)),
        dict(state_dict={}, meta=dict(dataset_meta=dict(classes=3))),
        {3: torch.zeros(1)},
    ],
)
def test_what_has_not_the_form_of_a_checkpoint_is_refused(tmp_path, content):
    torch.save(content, tmp_path / 'a.pth')
    with pytest.raises(DamagedCheckpointError, match='a.pth is no checkpoint'):
        load_from_local(tmp_path / 'a.pth')


ONE = torch.zeros(1)


@pytest.mark.parametrize(
    'weight',
    [
        ONE.as_strided((10**12,), (0,)),
        ONE.as_strided((1 << 62,), (0,)),
        torch.sparse_coo_tensor(torch.zeros(1, 1).long(), torch.ones(1), (1 << 40,)),
        torch.eye(3).to_sparse_csr(),
        torch.empty(1 << 40, device='meta'),
    ],
    ids=['strides of 0', 'more than can be counted', 'sparse', 'rows', 'meta'],
)
def test_a_small_file_cannot_state_weights_of_any_size(tmp_path, weight):
    torch.save(dict(state_dict=dict(w=weight)), tmp_path / 'x.pth')
    with pytest.raises(DamagedCheckpointError, match=r'x\.pth'):
        load_from_local(tmp_path / 'x.pth')


def test_weights_that_are_tied_or_repeated_load(tmp_path):
    many = {f'w{i}': torch.ones(64).expand(4, 64) for i in range(4)}
    torch.save(dict(state_dict=many), tmp_path / 'x.pth')
    assert load_from_local(tmp_path / 'x.pth')['state_dict'].keys() == many.keys()
