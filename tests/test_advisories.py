"""No version with a known hole is allowed by a requirement (advisories.json)."""

import json
import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import Version

HERE = Path(__file__).parent
TABLE = json.loads((HERE / 'advisories.json').read_text(encoding='utf-8'))
FIXED = {each['package']: each for each in TABLE['fixed']}
PROJECT = tomllib.loads((HERE.parent / 'pyproject.toml').read_text(encoding='utf-8'))


def requirements() -> list[tuple[str, Requirement]]:
    """All of pyproject.toml, each with the list that it is in."""
    lists = {
        'build-system': PROJECT['build-system']['requires'],
        'dependencies': PROJECT['project']['dependencies'],
        **PROJECT['project']['optional-dependencies'],
    }
    return [(name, Requirement(each)) for name, some in lists.items() for each in some]


def allows_older(specifier: SpecifierSet, safe: str) -> bool:
    """Whether a version older than `safe` may be installed."""
    floors = [
        Version(each.version.removesuffix('.*'))
        for each in specifier
        if each.operator in ('>=', '>', '==', '===', '~=')
    ]
    return max(floors, default=Version('0')) < Version(safe)


@pytest.mark.parametrize(
    ('wanted', 'too_old'),
    [
        *(('', True), ('<3', True), ('!=1.9', True), ('>=1.9.9', True)),
        *(('==1.*', True), ('>1.9', True), ('>=1,>=2', False), ('>=2.0,<3', False)),
        *(('==2.0.1', False), ('~=2.1', False), ('>=2.0.0', False)),
    ],
)
def test_what_allows_versions_older_than_2(wanted, too_old):
    assert allows_older(SpecifierSet(wanted), '2.0') == too_old


def test_no_requirement_allows_a_version_with_a_known_hole():
    bad = [
        f'{place}: {each}, but {known["advisory"]} is fixed in {known["safe"]}'
        for place, each in requirements()
        if (known := FIXED.get(canonicalize_name(each.name)))
        and allows_older(each.specifier, known['safe'])
    ]
    assert bad == []


def test_the_table_is_well_formed():
    ours = {canonicalize_name(each.name) for _, each in requirements()}
    assert list(FIXED) == sorted(FIXED) and len(FIXED) == len(TABLE['fixed'])
    for each in TABLE['fixed']:
        assert each.keys() == {'package', 'safe', 'advisory', 'source'}
        Version(each['safe'])
        assert re.fullmatch(r'CVE-\d{4}-\d{4,}', each['advisory']), each
        assert each['source'].startswith('https://'), each
    for each in TABLE['open']:
        assert each.keys() == {'package', 'advisory', 'why'} and all(each.values())
    for each in [*TABLE['fixed'], *TABLE['open']]:
        # An entry of a package that is no longer required would test nothing.
        assert each['package'] in ours, each


def test_known_holes_that_stay_open_are_in_the_docs():
    page = HERE.parent / 'docs/compatibility.md'
    text = page.read_text(encoding='utf-8')
    assert [e for e in TABLE['open'] if f'| {e["package"]} |' not in text] == []
