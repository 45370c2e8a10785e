"""The build command and the project's address; the rest is in pyproject.toml."""

import runpy
import shutil
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

ROOT = Path(__file__).parent
# Folders of the repository that a wheel keeps next to the packages, under
# `tgdfer_mm/.mim`: OpenMMLab's tools look there, too.
CARRIED = ('configs', 'tools', 'model-index.yml')


class BuildPyWithConfigs(build_py):
    """Copies the configs, the tools and their index into the built package.

    An editable install runs from the repository, which has them already.
    """

    def run(self):
        super().run()
        if getattr(self, 'editable_mode', False):
            return
        carried = Path(self.build_lib) / 'tgdfer_mm/.mim'
        shutil.rmtree(carried, ignore_errors=True)  # of an earlier build
        carried.mkdir()
        for name in CARRIED:
            if (ROOT / name).is_file():
                shutil.copy(ROOT / name, carried)
                continue
            shutil.copytree(
                ROOT / name,
                carried / name,
                ignore=shutil.ignore_patterns('__pycache__', '*.pyc'),
            )


def project_urls() -> dict[str, str]:
    """The addresses of the package; empty while the project has none."""
    address = runpy.run_path(str(ROOT / 'tgdfer_mm/version.py'))['REPOSITORY']
    if not address:
        return {}
    return {
        'Source': address,
        'Issues': f'{address}/issues',
        'Changelog': f'{address}/blob/main/CHANGELOG.md',
    }


setup(cmdclass={'build_py': BuildPyWithConfigs}, project_urls=project_urls())
