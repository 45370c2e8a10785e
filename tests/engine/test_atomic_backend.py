"""A file is the old one or the new one, never something between."""

import pytest
from mmengine.fileio import get_file_backend

from tgdfer_mm.engine import atomic_backend


def backend():
    return get_file_backend('x', backend_args=dict(backend='atomic'))


def test_content_is_there_and_nothing_else(tmp_path):
    backend().put(b'one', tmp_path / 'folder/file')
    backend().put(b'two', tmp_path / 'folder/file')
    backend().put_text('drei', tmp_path / 'folder/text')
    assert (tmp_path / 'folder/file').read_bytes() == b'two'
    assert (tmp_path / 'folder/text').read_text() == 'drei'
    assert len(list((tmp_path / 'folder').iterdir())) == 2


@pytest.mark.parametrize('step', ['fsync', 'replace'])
def test_an_end_at_any_step_leaves_the_old_file(tmp_path, monkeypatch, step):
    file = tmp_path / 'file'
    backend().put(b'old', file)

    def fail(*args):
        raise OSError('disk full')

    with monkeypatch.context() as patch, pytest.raises(OSError, match='disk full'):
        patch.setattr(atomic_backend.os, step, fail)
        backend().put(b'new', file)
    assert file.read_bytes() == b'old'
    backend().put(b'new', file)  # what the dead one left does not matter
    assert file.read_bytes() == b'new'
    assert [p.name for p in tmp_path.iterdir()] == ['file']
