"""Processes that work: one that dies ends its job alone."""

import signal

import pytest

from tgdfer_cli.main import main
from tgdfer_mm.datasets.tools.faces.workers import in_processes


def test_a_job_whose_process_dies_is_told_and_the_others_are_done():
    jobs = [signal.SIGCHLD, signal.SIGKILL, signal.SIGCHLD, signal.SIGSEGV]
    jobs += [signal.SIGCHLD]  # which nobody minds
    done = in_processes(signal.raise_signal, jobs, 2, lambda job, why: (job, why))
    assert sorted(done, key=str) == [
        (signal.SIGKILL, 'ended by SIGKILL'),
        (signal.SIGSEGV, 'ended by SIGSEGV'),
        *[None] * 3,
    ]


def test_what_the_work_raises_is_raised_here():
    with pytest.raises(ValueError, match='invalid literal'):
        list(in_processes(int, ['1', 'x', '2'], 2, None))


def test_the_command_makes_clips_in_processes(films, tmp_path, capsys):
    out = tmp_path / 'out'
    words = ['data', 'faces', str(films), str(out), '--faces', 'none', '--size', '16']
    assert main(words) == 0
    said = capsys.readouterr().out
    assert 'joy' in said and 'contact_sheet.html' in said
    assert len(list((out / 'joy/a').iterdir())) == 12
    (films / 'joy/zero.mp4').write_bytes(b'')
    assert main(words) == 4
    assert main([*words, '--tracks', 'all']) == 2
    assert 'other settings' in capsys.readouterr().err
    assert main(['data', 'faces', str(tmp_path / 'nowhere'), str(out)]) == 3
