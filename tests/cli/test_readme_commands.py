"""The README is short, and each of its commands can be typed as it stands there."""

import re
import shlex
from pathlib import Path

import pytest

from tgdfer_cli.main import COMMANDS, parse

ROOT = Path(__file__).parents[2]
README = (ROOT / 'README.md').read_text(encoding='utf-8')
SCRIPTS = {'tools/data/prepare.py': 'data prepare', 'tools/train.py': 'train'}
OTHERS = 'pip ', 'pytest ', 'python tools/synth/make_video.py '


def commands() -> list[str]:
    """The lines of its blocks and the code of its tables, each command by itself."""
    blocks = re.findall(r'^```bash\n(.*?)^```', README, re.DOTALL | re.MULTILINE)
    lines = [line for block in blocks for line in block.splitlines()]
    code = re.findall(r'`((?:pip|python|tgdfer) [^`]+)`', README)
    return [
        each.partition(' # ')[0].strip()
        for line in lines + code
        for each in line.split('&&')
    ]


def words_of(command: str) -> tuple[str, list[str]]:
    """The name of a command of ours, and the words after it."""
    program, *words = shlex.split(command)
    if program == 'python':
        return SCRIPTS[words[0]], words[1:]
    name = next(n for n in COMMANDS if words[: len(n.split())] == n.split())
    return name, words[len(name.split()) :]


def test_it_is_read_in_three_minutes():
    text = re.sub(r'^```.*?^```', '', README, flags=re.DOTALL | re.MULTILINE)
    text = re.sub(r'!\[[^]]*\]|\]\([^)]*\)|`[^`]*`', ' ', text)  # nobody reads these
    assert len(README.splitlines()) <= 130
    assert len(re.findall(r"[A-Za-z][\w'-]*", text)) <= 750


def test_five_rows_say_what_to_do_with_what_one_has():
    section = README.split('## What do you have?')[1].split('\n## ')[0]
    rows = re.findall(r'^\| (?!I have|---)(.*) \| `(.*)` \| .*\]\(docs/', section, re.M)
    assert len(rows) == 5


@pytest.mark.parametrize('command', [c for c in commands() if not c.startswith(OTHERS)])
def test_a_command_of_ours_has_these_options_and_configs(command):
    args = parse(*words_of(command))
    for config in filter(None, [getattr(args, 'config', None)]):
        names = [config] if isinstance(config, str) else config
        for name in names:
            path = name if name.endswith('.py') else f'configs/**/{name}.py'
            assert list(ROOT.glob(path)), name
