"""The backend writes complete files, and killed processes leave no parts."""

from mmengine.fileio import get_file_backend


def backend():
    return get_file_backend('x', backend_args=dict(backend='atomic'))


def test_content_is_there_and_nothing_else(tmp_path):
    backend().put(b'one', tmp_path / 'folder/file')
    backend().put(b'two', tmp_path / 'folder/file')
    backend().put_text('drei', tmp_path / 'folder/text')
    assert (tmp_path / 'folder/file').read_bytes() == b'two'
    assert (tmp_path / 'folder/text').read_text() == 'drei'
    assert len(list((tmp_path / 'folder').iterdir())) == 2


def test_what_a_dead_writer_left_is_removed_and_nothing_of_others(tmp_path):
    (tmp_path / '.epoch_1.pth.4194305.tmp').write_bytes(b'half')
    (tmp_path / '.epoch_10.pth.4194305.tmp').write_bytes(b'half')
    backend().put(b'whole', tmp_path / 'epoch_1.pth')
    names = {path.name for path in tmp_path.iterdir()}
    assert names == {'epoch_1.pth', '.epoch_10.pth.4194305.tmp'}
