"""Content of an install: ``pip install .`` must lose no data file or config."""

import ast
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
from importlib.metadata import PathDistribution
from pathlib import Path

import pytest

from tgdfer_mm import __version__, paths

ROOT = Path(__file__).resolve().parents[1]
MANIFEST = (ROOT / 'MANIFEST.in').read_text(encoding='utf-8').splitlines()
BUILT_FROM = (
    *('setup.py', 'pyproject.toml', 'MANIFEST.in'),
    *(name for line in MANIFEST if line[:8] == 'include ' for name in line.split()[1:]),
)
FOLDERS = ('tgdfer_mm', 'tgdfer_cli', 'configs', 'tools', 'lab', 'projects')
OUTSIDE = {'lab', 'projects'}  # in no wheel
LEFTOVERS = shutil.ignore_patterns('__pycache__', '*.pyc', '*.egg-info', '.*_cache')


def _files(folder: Path) -> dict[str, Path]:
    return {
        path.relative_to(folder).as_posix(): path
        for path in sorted(folder.rglob('*'))
        if path.is_file() and '__pycache__' not in path.parts
    }


@pytest.fixture(scope='module')
def source(tmp_path_factory) -> Path:
    """A clean copy, so that no `build/` of an earlier install is picked up."""
    copy = tmp_path_factory.mktemp('source')
    for name in BUILT_FROM:
        shutil.copy(ROOT / name, copy)
    for name in FOLDERS:
        shutil.copytree(ROOT / name, copy / name, ignore=LEFTOVERS)
    return copy


@pytest.fixture(scope='module')
def site(source, tmp_path_factory) -> Path:
    """The folder that ``pip install .`` filled, without the dependencies."""
    target = tmp_path_factory.mktemp('site')
    pip = [sys.executable, '-m', 'pip', '--disable-pip-version-check', 'install', '-q']
    build = ['--no-deps', '--no-build-isolation', '--no-index']
    done = subprocess.run(
        [*pip, *build, '--target', str(target), '.'],
        cwd=source,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return target


@pytest.fixture(scope='module')
def metadata(site):
    return PathDistribution(next(site.glob('tgdfer_mm-*.dist-info'))).metadata


@pytest.mark.parametrize(
    ('folder', 'place'),
    [
        ('tgdfer_mm', 'tgdfer_mm'),
        ('tgdfer_cli', 'tgdfer_cli'),
        ('configs', 'tgdfer_mm/.mim/configs'),
        ('tools', 'tgdfer_mm/.mim/tools'),
    ],
)
def test_install_holds_every_file_of_the_repository(source, site, folder, place):
    ours, installed = _files(source / folder), _files(site / place)
    assert ours.keys() - installed.keys() == set()
    assert [n for n in ours if ours[n].read_bytes() != installed[n].read_bytes()] == []


def test_install_has_nothing_of_the_laboratory_and_the_projects(site):
    assert [name for name in _files(site) if OUTSIDE & {*Path(name).parts}] == []


def test_the_package_never_imports_the_laboratory_or_a_project():
    for folder in ('tgdfer_mm', 'tgdfer_cli'):
        for path in sorted((ROOT / folder).rglob('*.py')):
            for node in ast.walk(ast.parse(path.read_text(encoding='utf-8'))):
                if not isinstance(node, ast.Import | ast.ImportFrom):
                    continue
                names = [alias.name for alias in node.names]
                names.append(getattr(node, 'module', None) or '')
                if isinstance(node, ast.Import | ast.ImportFrom):
                    assert not any(n.split('.')[0] in OUTSIDE for n in names), path


def test_installed_package_finds_and_loads_its_own_configs(site, tmp_path):
    script = """
import json, sys
import tgdfer_mm
from mmengine import Config
from tgdfer_mm.paths import config_dir, tools_dir
leaves = sorted(config_dir().glob('*.py'))
for leaf in leaves:
    Config.fromfile(leaf)
found = [tgdfer_mm.__path__[0], config_dir(), tools_dir(), *[p.name for p in leaves]]
json.dump([str(each) for each in found], open(sys.argv[1], 'w'))
"""
    done = subprocess.run(
        [sys.executable, '-c', script, 'found.json'],
        cwd=tmp_path,
        env={**os.environ, 'PYTHONPATH': str(site), 'OMP_NUM_THREADS': '1'},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    package, configs, tools, *leaves = json.loads(
        (tmp_path / 'found.json').read_text(encoding='utf-8')
    )
    assert Path(package) == site / 'tgdfer_mm'
    assert Path(configs) == site / 'tgdfer_mm/.mim/configs'
    assert Path(tools) == site / 'tgdfer_mm/.mim/tools'
    assert leaves == sorted(path.name for path in (ROOT / 'configs').glob('*.py'))


def test_install_holds_the_index_of_the_configs_and_the_command(source, site):
    index = 'model-index.yml'
    installed = (site / 'tgdfer_mm/.mim' / index).read_bytes()
    assert installed == (source / index).read_bytes()
    distribution = PathDistribution(next(site.glob('tgdfer_mm-*.dist-info')))
    (script,) = distribution.entry_points.select(group='console_scripts')
    assert (script.name, script.value) == ('tgdfer', 'tgdfer_cli.main:main')


def test_a_wheel_requires_what_it_says(metadata):
    # Written down once; setuptools drops requirements silently if a `[project]` table
    # stands next to those of `setup()`.
    wanted = (Path(__file__).parent / 'requires_dist.txt').read_text().splitlines()
    assert sorted(metadata.get_all('Requires-Dist')) == wanted
    assert metadata['Requires-Python'] == '<3.14,>=3.11'
    assert metadata['License-Expression'] == 'Apache-2.0'


def test_version_is_read_from_the_package(metadata):
    assert metadata['Version'] == __version__


def test_mmcv_and_mmcv_lite_are_a_choice_and_never_forced(metadata):
    # Both install a module named `mmcv`; together, one overwrites the other.
    wanted = metadata.get_all('Requires-Dist')
    mmcv = sorted(
        re.match(r'[\w-]+', line).group() + ' <- ' + line.split('extra == ')[-1]
        for line in wanted
        if line.startswith('mmcv')
    )
    assert mmcv == ['mmcv <- "mmcv"', 'mmcv-lite <- "lite"']


def test_source_distribution_holds_what_a_build_needs(source, tmp_path):
    build = (
        'import sys; from setuptools import build_meta as b; b.build_sdist(sys.argv[1])'
    )
    subprocess.run(
        [sys.executable, '-c', build, str(tmp_path)],
        cwd=source,
        check=True,
        capture_output=True,
    )
    with tarfile.open(next(tmp_path.glob('*.tar.gz'))) as archive:
        packed = {name.partition('/')[2] for name in archive.getnames()}
    needed = {f'{f}/{name}' for f in FOLDERS for name in _files(source / f)}
    assert (needed | set(BUILT_FROM)) - packed == set()


def test_checkout_finds_the_configs_beside_the_package():
    assert (paths.config_dir() / 'tgdfer_demo.py').is_file()
    assert (paths.tools_dir() / 'train.py').is_file()


def test_missing_configs_are_an_error_that_names_where_it_looked(monkeypatch, tmp_path):
    monkeypatch.setattr(paths, '_HOMES', (tmp_path / 'a', tmp_path / 'b'))
    with pytest.raises(FileNotFoundError, match=r'a.configs and .*b.configs'):
        paths.config_dir()
