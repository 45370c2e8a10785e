"""constraints.txt pins all that CI installs, as pyproject.toml allows it."""

import json
import re
import tomllib
from pathlib import Path

import pytest
from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / 'pyproject.toml').read_text(encoding='utf-8'))
LINES = [
    line
    for line in (ROOT / 'constraints.txt').read_text(encoding='utf-8').splitlines()
    if line and not line.startswith('#')
]
LISTS = {
    'build-system': PROJECT['build-system']['requires'],
    'dependencies': PROJECT['project']['dependencies'],
    **PROJECT['project']['optional-dependencies'],
}
NOT_INSTALLED = {'mmcv'}  # CI takes `lite`, of which this is the other choice
PYTHONS = [
    found[1]
    for each in PROJECT['project']['classifiers']
    if (found := re.fullmatch(r'Programming Language :: Python :: (3\.\d+)', each))
]


def pins(python: str) -> dict[str, list[str]]:
    """The versions of each package on Linux x86-64."""
    where = {
        **default_environment(),
        **dict(python_version=python, python_full_version=f'{python}.0'),
        **dict(sys_platform='linux', platform_machine='x86_64'),
        **dict(platform_system='Linux', os_name='posix'),
    }
    found: dict[str, list[str]] = {}
    for each in map(Requirement, LINES):
        if each.marker is None or each.marker.evaluate(where):
            (only,) = each.specifier
            assert only.operator == '==' and not each.extras, each
            found.setdefault(canonicalize_name(each.name), []).append(only.version)
    return found


@pytest.mark.parametrize('python', PYTHONS)
def test_every_requirement_of_every_extra_is_pinned_where_it_is_allowed(python):
    pinned = pins(python)
    assert {name: v for name, v in pinned.items() if len(v) != 1} == {}
    wanted = [
        Requirement(each)
        for name, some in LISTS.items()
        if name not in NOT_INSTALLED
        for each in some
    ]
    assert [
        str(each)
        for each in wanted
        if not each.specifier.contains(
            pinned.get(canonicalize_name(each.name), ['0'])[0]
        )
    ] == []


@pytest.mark.parametrize('python', PYTHONS)
def test_no_pin_has_a_known_hole(python):
    table = json.loads((ROOT / 'tests/advisories.json').read_text(encoding='utf-8'))
    pinned = pins(python)
    assert [
        each
        for each in table['fixed']
        if Version(pinned[each['package']][0]) < Version(each['safe'])
    ] == []


def test_every_python_is_looked_at():
    assert PYTHONS == ['3.11', '3.12', '3.13']


@pytest.mark.parametrize('script', ['run', 'pythons'])
def test_ci_installs_the_pins(script):
    text = (ROOT / '.ci' / script).read_text(encoding='utf-8')
    assert text.index('export PIP_CONSTRAINT=constraints.txt') < text.index('-m venv')


def test_who_renews_the_pins_names_every_extra():
    text = (ROOT / '.ci/renew').read_text(encoding='utf-8')
    named = set(re.findall(r'--extra (\w+)', text))
    covered = {each for name in named for each in LISTS[name]}
    missing = {
        name: [each for each in LISTS[name] if each not in covered]
        for name in PROJECT['project']['optional-dependencies'].keys() - NOT_INSTALLED
    }
    assert {name: some for name, some in missing.items() if some} == {}
