"""mmaction2's own tests, with this package and without: what fails, and of what."""

import runpy
import subprocess

import pytest

from lab.paths import LAB

REPORT = """<testsuites><testsuite>
<testcase classname="tests.a" name="well"/>
<testcase classname="tests.a" name="not_run"><skipped message="no GPU"/></testcase>
<testcase classname="tests.a" name="wrong"><failure message="short">    x = 1
E   first line
E   ValueError: what it is
a.py:1: ValueError</failure></testcase>
<testcase classname="" name="tests.b"><error message="collection failure">none
</error></testcase>
</testsuite></testsuites>"""


@pytest.fixture
def tool():
    return runpy.run_path(str(LAB / 'tools/mmaction2_tests.py'))


def test_every_outcome_is_read(tool, tmp_path, monkeypatch):
    for folder in ('a', 'b', 'data'):
        (tmp_path / 'tests' / folder).mkdir(parents=True)
    (tmp_path / 'tests/a/test_a.py').touch()
    (tmp_path / 'tests/b/test_b.py').touch()

    def run(command, **options):
        if command[-1].endswith('/a'):  # that of b dies
            (tmp_path / 'report.xml').write_text(REPORT)

    monkeypatch.setattr(subprocess, 'run', run)
    assert tool['outcomes'](tmp_path, '', '', tmp_path) == {
        'tests.a::well': '',
        'tests.a::not_run': '',
        'tests.a::wrong': 'ValueError: what it is',
        '::tests.b': 'collection failure',
        'b': 'the process ended before its tests did',
    }


def test_a_failure_is_ours_only_if_it_goes_without_us(tool):
    removed = "AttributeError: module 'numpy' has no attribute 'trapz'"
    ours = dict(a='', b='bad', c='bad', d=removed, e=removed)
    alone = dict(a='bad', b='', c='bad', d=removed, e='')
    assert tool['by_cause'](ours, alone) == {
        'this package': ['b', 'e'],
        'NumPy 2': ['d'],
        'something else': ['c'],
    }
