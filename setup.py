"""The build command; everything static about the package is in pyproject.toml."""

import shutil
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

ROOT = Path(__file__).parent
# What a wheel keeps of the repository next to the packages, under `tgdfer_mm/.mim`: the
# place where OpenMMLab's tools look too.
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


setup(cmdclass={'build_py': BuildPyWithConfigs})
