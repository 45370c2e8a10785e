"""Packaging: an ordinary setuptools package that carries its configs and tools.

Everything static is here and not in pyproject.toml because a wheel has to take
``configs/`` and ``tools/`` along, which needs the small command below anyway.
"""

import re
import shutil
from pathlib import Path

from setuptools import find_packages, setup
from setuptools.command.build_py import build_py

ROOT = Path(__file__).parent
PACKAGE = 'tgdfer_mm'
# What a wheel keeps of the repository beside the package, under `<package>/.mim`:
# the place where OpenMMLab's tools look too.
CARRIED = ('configs', 'tools')
# Extras that others contain.
ONNX = ['onnx>=1.19,<2', 'onnxruntime>=1.20,<2', 'onnxscript>=0.7,<0.8']
VIDEO = [
    'av>=15,<19',
    'dlib-bin>=19.24.6,<21',
    'jinja2>=3,<4',
    'scenedetect>=0.7,<0.8',
]
APP = ['starlette>=0.40,<2', 'uvicorn>=0.30,<1']


def read_version() -> str:
    """Reads the version without importing the package (or torch)."""
    source = (ROOT / PACKAGE / 'version.py').read_text(encoding='utf-8')
    return re.search(r"^__version__ = '([^']+)'$", source, re.M).group(1)


class BuildPyWithConfigs(build_py):
    """Copies ``configs/`` and ``tools/`` into the built package.

    An editable install runs from the repository, which has them already.
    """

    def run(self):
        super().run()
        if getattr(self, 'editable_mode', False):
            return
        carried = Path(self.build_lib) / PACKAGE / '.mim'
        shutil.rmtree(carried, ignore_errors=True)  # of an earlier build
        for name in CARRIED:
            shutil.copytree(
                ROOT / name,
                carried / name,
                ignore=shutil.ignore_patterns('__pycache__', '*.pyc'),
            )


# Zip files: fast decryption of the old kind, and the newer AES.
ARCHIVES = ['fast-zip-decryption>=3,<4', 'pyzipper>=0.3.6,<0.5']
# Decodes JPEG files; without it OpenCV does.
FAST = ['simplejpeg>=1.8,<2']

setup(
    name=PACKAGE,
    version=read_version(),
    description=(
        'TG-DFER, text-guided weakly supervised dynamic facial expression '
        'recognition, as a plugin for mmaction2'
    ),
    long_description=(ROOT / 'README.md').read_text(encoding='utf-8'),
    long_description_content_type='text/markdown',
    license='Apache-2.0',
    license_files=['LICENSE'],
    classifiers=[
        'Development Status :: 4 - Beta',
        'Intended Audience :: Science/Research',
        'Operating System :: POSIX :: Linux',
        'Programming Language :: Python :: 3',
        'Programming Language :: Python :: 3.10',
        'Programming Language :: Python :: 3.11',
        'Programming Language :: Python :: 3.12',
        'Programming Language :: Python :: 3.13',
        'Topic :: Scientific/Engineering :: Artificial Intelligence',
    ],
    python_requires='>=3.10,<3.14',
    packages=find_packages(include=[PACKAGE, f'{PACKAGE}.*']),
    package_data={
        PACKAGE: [f'**/*.{end}' for end in ('css', 'html', 'js', 'json', 'safetensors')]
    },
    cmdclass={'build_py': BuildPyWithConfigs},
    install_requires=[
        'mmaction2==1.2.0',
        'mmengine>=0.10.7,<0.11',  # older ones clash with torch>=2.5's Adafactor
        'importlib_metadata',  # mmaction2 imports it without declaring it
        'rich',
        'setuptools>=77',  # distutils, which mmengine imports on Python>=3.12
        'torch>=2.6',  # older ones unpickle whatever loader does not ask them not to
        'torchvision',
        'open_clip_torch>=3,<4',
        'decord>=0.6',
        'matplotlib',
        'numpy',
        'pillow',
        'safetensors',
        'scikit-learn',
        'scipy',
    ],
    # mmcv and mmcv-lite both install the module `mmcv`: take one of the two.
    extras_require={
        'lite': ['mmcv-lite>=2.1,<2.2'],
        'fast': FAST,
        'mmcv': ['mmcv>=2.1,<2.2'],
        'video': VIDEO,
        'onnx': ONNX,
        'app': [*VIDEO, *APP],
        'browser': ['playwright>=1.40,<2'],  # drives a Chromium that is installed
        'tables': ['openpyxl>=3.1,<3.2'],  # DFEW's votes, an Excel sheet
        'archives': ARCHIVES,
        'tests': [
            *ARCHIVES,
            *FAST,
            *VIDEO,
            *ONNX,
            *APP,
            'jsonschema>=4,<5',
            'openpyxl>=3.1,<3.2',
            'pandas>=2,<4',
            'pytest>=7',
            'torchmetrics>=1.4,<2',
        ],
        # Another ruff formats differently; cosmic-ray is for tests/mutation.
        'dev': ['cosmic-ray>=8.7,<9', 'ruff==0.17.5'],
    },
)
