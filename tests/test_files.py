"""A file is the old one or the new one, never something between."""

import os
import subprocess
import sys

import pytest

from tgdfer_mm import files


def test_content_is_there_and_nothing_else(tmp_path):
    for text in ('one', 'zwölf'):
        files.write_text(tmp_path / 'folder/file', text)
    assert (tmp_path / 'folder/file').read_text(encoding='utf-8') == 'zwölf'
    assert len(list((tmp_path / 'folder').iterdir())) == 1


@pytest.mark.parametrize('kind', ['folder', 'pipe'])
def test_what_is_no_file_is_never_replaced_by_one(tmp_path, kind):
    there = tmp_path / 'there'
    there.mkdir() if kind == 'folder' else os.mkfifo(there)
    with pytest.raises(OSError, match='not a file') as caught:
        files.write_text(there, 'text')
    assert caught.value.filename == str(there) and not there.is_file()
    assert list(tmp_path.iterdir()) == [there]


def test_an_error_names_the_file_and_not_the_temporary_one(tmp_path):
    long = tmp_path / ('n' * 250)
    with pytest.raises(OSError) as caught:
        files.write_text(long, 'text')
    assert caught.value.filename == str(long)


def test_the_hash_of_a_file_is_that_of_its_content(tmp_path):
    # FIPS 180-4's example.
    (tmp_path / 'file').write_bytes(b'abc')
    assert files.file_hash(tmp_path / 'file').startswith('ba7816bf8f01cfea')


def test_the_content_is_on_the_disk_before_the_name(tmp_path, monkeypatch):
    steps = []
    for step in ('fsync', 'replace'):
        done = getattr(os, step)
        monkeypatch.setattr(
            files.os, step, lambda *a, s=step, d=done: (steps.append(s), d(*a))
        )
    files.write_text(tmp_path / 'file', 'text')
    assert steps == ['fsync', 'replace', 'fsync']


@pytest.mark.parametrize('step', ['fsync', 'replace'])
def test_an_end_at_any_step_leaves_the_old_file(tmp_path, monkeypatch, step):
    file = tmp_path / 'file'
    files.write_text(file, 'old')

    def fail(*args):
        raise OSError('disk full')

    with monkeypatch.context() as patch, pytest.raises(OSError, match='disk full'):
        patch.setattr(files.os, step, fail)
        files.write_text(file, 'new')
    assert file.read_text() == 'old'
    assert [p.name for p in tmp_path.iterdir()] == ['file']


def test_two_writers_at_a_time_do_not_meet(tmp_path, monkeypatch):
    with files.replacing(tmp_path / 'file') as first:
        first.write_text('first')
        monkeypatch.setattr(files.os, 'getpid', lambda: 0)
        files.write_text(tmp_path / 'file', 'second')
    assert (tmp_path / 'file').read_text() == 'first'
    assert [p.name for p in tmp_path.iterdir()] == ['file']


def test_half_written_files_of_living_processes_stay(tmp_path):
    # Of a dead process of this machine, of a living one, of another machine, and as
    # version 0.1 named them.
    gone = subprocess.Popen([sys.executable, '-c', ''])
    gone.wait()
    with files.replacing(tmp_path / 'file') as ours:
        ours.write_text('half')
        machine = ours.name.split('.')[-2].split('-')[0]
        names = {
            'dead': f'.file.{machine}-{gone.pid}-0.tmp',
            'elsewhere': f'.file.00000000-{gone.pid}-0.tmp',
            'old': f'.file.{gone.pid}.tmp',
            'another file': f'.file2.{machine}-{gone.pid}-0.tmp',
        }
        for name in names.values():
            (tmp_path / name).touch()
        files.remove_leftovers(tmp_path / 'file')
        left = {path.name for path in tmp_path.iterdir()}
        assert left == {ours.name, names['elsewhere'], names['another file']}
    assert (tmp_path / 'file').read_text() == 'half'


def test_two_threads_write_to_two_places(tmp_path):
    with files.replacing(tmp_path / 'x') as one, files.replacing(tmp_path / 'x') as two:
        assert one != two
        one.touch()
        two.touch()


@pytest.mark.parametrize(
    ('text', 'named'),
    [
        ('', 'cannot be read as JSON'),
        ('[' * 100_000, 'cannot be read as JSON'),
        (f'{{"a": {"9" * 5000}}}', 'cannot be read as JSON'),
        ('[1]', 'lacks'),
        ('{"b": 1}', "lacks 'a'"),
        ('{"a": {"b": 1, "b": 2}}', "'b' is there twice"),
    ],
    ids=['empty', 'deep', 'long number', 'list', 'other key', 'key twice'],
)
def test_what_json_does_not_hold_is_said_with_the_file(tmp_path, text, named):
    path = tmp_path / 'x.json'
    path.write_text(text)
    with pytest.raises(files.DamagedFileError, match=f'x.json .*{named}'):
        files.read_json(path, 'a')


@pytest.mark.parametrize('text', ['[' * 200_000, '{"a":' * 200_000, '{', b'\xff', ''])
def test_whatever_is_no_json_is_one_kind_of_error(text):
    with pytest.raises(ValueError):
        files.parse_json(text)
