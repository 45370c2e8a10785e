"""The tutorials run as they stand; the one of own clips has a test in tests/own."""

import json
import re

import pytest

from lab.paths import DOCS
from lab.tutorials import CommandError, page_commands, run_command, write_files

pytestmark = pytest.mark.slow


def test_one_video_leads_to_moments(tmp_path):
    draw, infer, moments = page_commands('video_tutorial.md')
    write_files('video_tutorial.md', tmp_path)
    run_command(draw, tmp_path)
    run_command(infer, tmp_path)
    run_command(moments, tmp_path)
    folder = tmp_path / 'out/my_video'
    page = (DOCS / 'video_tutorial.md').read_text(encoding='utf-8')
    named = set(re.findall(r'^\| `([\w.]+)`', page, re.MULTILINE))
    assert len(named) == 5 and named <= {each.name for each in folder.iterdir()}
    result = json.loads((folder / 'result.json').read_text(encoding='utf-8'))
    assert any(track['intervals'] for track in result['tracks'])


def test_a_part_of_a_folder_of_its_own_is_checked_trained_and_tested(tmp_path):
    files = write_files('part_tutorial.md', tmp_path)
    assert [each.name for each in files] == [
        'mine.py',
        'check.py',
        'conv.py',
        'build.py',
    ]
    for command in page_commands('part_tutorial.md'):
        run_command(command, tmp_path)
    logs = [path.read_text(encoding='utf-8') for path in tmp_path.rglob('*.log')]
    assert len(logs) == 2  # of training, and of testing
    assert all('dfer/UAR' in log for log in logs)


def test_a_command_that_fails_says_what_it_printed(tmp_path):
    with pytest.raises(CommandError, match='there is no such file'):
        run_command('tgdfer train none.py', tmp_path)
