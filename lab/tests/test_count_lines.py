"""Lines of code are those that are neither docstring nor comment nor blank."""

import pytest

from lab.count_lines import count_folders, count_lines

CODE = '''"""Two lines
of docstring."""

import os  # 1

# a comment


def f(a):  # 2
    """A docstring."""
    text = """a string

    of three lines"""  # 3 to 5
    return (  # 6
        # no code
        text
    )  # 7 and 8
'''


def test_by_hand(tmp_path):
    (tmp_path / 'a.py').write_text(CODE)
    assert count_lines(tmp_path / 'a.py') == 8


def test_by_folder(tmp_path):
    for name in ('a.py', 'one/b.py', 'one/two/c.py', 'three/__init__.py'):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text('x = 1\n' if 'init' not in name else '')
    assert count_folders(tmp_path) == {'.': 1, 'one': 2, 'three': 0}
    with pytest.raises(FileNotFoundError, match='nowhere'):
        count_folders(tmp_path / 'nowhere')
