"""Broken optional packages never stop the import, and are named."""

import subprocess
import sys
import warnings
from importlib.metadata import PackageNotFoundError

import importlib_metadata
import pytest

from tgdfer_mm.clips.decoding import decode_with_cv2, find_decoder
from tgdfer_mm.compat import installed
from tgdfer_mm.compat.optional_packages import failing_means_absent, readable_versions
from tgdfer_mm.video.errors import MissingPackage
from tgdfer_mm.video.optional_packages import need

ASK = """
import tgdfer_mm
from mmaction.registry import MODELS
found = MODELS.get('VindLURetrieval')
print(found.__module__)
try:
    MODELS.build(dict(type='VindLURetrieval'))
except Exception as error:
    print(error)
"""
# A package that asserts, that was built for another NumPy, that wants a GPU, or whose
# parts fail when they are asked for.
BROKEN = {
    'mmdet': 'raise AssertionError("MMCV==2.1.0 is used but incompatible")',
    'mmpretrain': 'import numpy; numpy.float',
    'mmpose': 'raise SystemError("built for another Python")',
    'bitsandbytes': 'raise RuntimeError("CUDA Setup failed")',
    'deepspeed': 'raise RuntimeError("CUDA_HOME does not exist")',
    'timm': 'raise RuntimeError("operator torchvision::nms does not exist")',
    'nltk': 'raise ValueError("numpy.dtype size changed")',
    'av': 'raise OSError("libavcodec.so: cannot open shared object file")',
    'transformers': 'def __getattr__(name):\n    if name[0] != "_":\n'
    '        raise RuntimeError("Failed to import transformers.optimization")',
}
NEW_TRANSFORMERS = """
import sys
from types import ModuleType
__path__ = []
for name in ('models', 'models.beit', 'modeling_utils'):
    module = sys.modules[f'transformers.{name}'] = ModuleType(f'transformers.{name}')
    module.__path__ = []
"""
# All names that are asked for: a class for a capital letter, a decorator for others.
OLD_TRANSFORMERS = """
import sys
from types import ModuleType
import torch

new = classmethod(lambda cls, *args: cls())

class Module(ModuleType):
    def __getattr__(self, name):
        if name.startswith('__'):
            raise AttributeError(name)
        if name == 'ACT2FN':
            return {}
        if name[0].isupper():
            return type(name, (torch.nn.Module,), dict(from_pretrained=new))
        return lambda *args, **kwargs: lambda decorated: decorated

for name in (
    '', '.models', '.models.beit', '.models.beit.modeling_beit', '.modeling_utils',
    '.models.auto', '.activations', '.configuration_utils', '.file_utils',
    '.modeling_outputs', '.logging', '.utils', '.utils.logging',
):
    module = sys.modules[f'transformers{name}'] = Module(f'transformers{name}')
    module.__path__ = []
sys.modules['transformers'].logging = sys.modules['transformers.logging']
"""


def install(folder, name, code, version='99.0'):
    (folder / name).mkdir()
    (folder / name / '__init__.py').write_text(code)
    metadata = folder / f'{name}-{version}.dist-info/METADATA'
    metadata.parent.mkdir()
    metadata.write_text(f'Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n')


def ask_new_process(folder):
    done = subprocess.run(
        [sys.executable, '-W', 'ignore::FutureWarning']
        + ['-c', f'import sys; sys.path.insert(0, {str(folder)!r})\n{ASK}'],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout, done.stderr


def test_the_package_is_imported_whatever_is_broken_next_to_it(tmp_path):
    for name, code in BROKEN.items():
        install(tmp_path, name, code)
    out, warned = ask_new_process(tmp_path)
    for name in ('mmdet', 'mmpretrain', 'bitsandbytes', 'transformers', 'nltk'):
        assert warned.count(f'{name} is installed but cannot be imported') == 1
    assert 'MMCV==2.1.0 is used but incompatible' in warned


def test_a_transformers_that_is_too_new_costs_the_multimodal_models_alone(tmp_path):
    install(tmp_path, 'transformers', NEW_TRANSFORMERS)
    out, warned = ask_new_process(tmp_path)
    assert 'VindLURetrieval cannot be used' in out
    assert 'transformers>=4.28,<4.55' in out
    assert warned == ''


def test_a_transformers_that_fits_keeps_the_multimodal_models(tmp_path):
    install(tmp_path, 'transformers', OLD_TRANSFORMERS, '4.40.2')
    out, _ = ask_new_process(tmp_path)
    assert out.startswith('mmaction.models.multimodal.vindlu.vindlu_ret\n')


def test_a_package_without_a_version_counts_as_absent(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(tmp_path)
    (tmp_path / 'half_there-4.40.dist-info').mkdir()
    install(tmp_path, 'odd_one', '', 'unknown')
    install(tmp_path, 'whole_one', '', '4.40.dev1+local')
    with readable_versions():
        for name in ('half_there', 'odd_one', 'absent_one'):
            with pytest.raises(importlib_metadata.PackageNotFoundError):
                importlib_metadata.distribution(name)
        assert importlib_metadata.distribution('whole_one').version.startswith('4.40')


def test_only_imports_in_the_block_are_guarded(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(tmp_path)
    (tmp_path / 'broken_one.py').write_text('1 / 0')
    with (
        failing_means_absent(),
        pytest.warns(UserWarning, match='broken_one .*ZeroDivisionError'),
        pytest.raises(ImportError, match='broken_one'),
    ):
        import broken_one  # noqa: F401
    with failing_means_absent(), pytest.raises(ModuleNotFoundError, match='absent_one'):
        import absent_one  # noqa: F401
    with pytest.raises(ZeroDivisionError):
        import broken_one  # noqa: F401, F811


# One cv2, several packages


@pytest.mark.parametrize(
    ('versions', 'named'),
    [
        ({'opencv-python': '5.0.0', 'opencv-contrib-python': '5.1.0'}, True),
        ({'opencv-python': '5.0.0', 'opencv-python-headless': '4.0.0'}, True),
        ({'opencv-python': '5.1.0', 'opencv-contrib-python': '5.1.0'}, False),
        ({'opencv-contrib-python-headless': '5.1.0'}, False),
        ({}, False),
    ],
)
def test_a_cv2_of_two_versions_is_named(monkeypatch, versions, named):
    def version(name):
        if name not in versions:
            raise PackageNotFoundError(name)
        return versions[name]

    monkeypatch.setattr(installed, 'version', version)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter('always')
        installed.warn_of_two_opencvs()
    assert [all(v in str(w.message) for v in versions.values()) for w in caught] == [
        True
    ] * named


def test_processes_that_a_command_starts_do_not_warn_again(monkeypatch):
    monkeypatch.setattr(installed, 'version', lambda name: name)
    monkeypatch.setattr(installed.multiprocessing, 'parent_process', lambda: 'me')
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter('always')
        installed.warn_of_two_opencvs()
    assert not caught


# Our own optional packages


def test_an_optional_package_that_is_broken_is_named(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, 'av', raising=False)
    (tmp_path / 'av.py').write_text('raise OSError("libavcodec.so.61 is not there")')
    with pytest.raises(MissingPackage, match=r'pip install av .*libavcodec.so.61'):
        need('av')


def test_a_broken_simplejpeg_leaves_opencv(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, 'simplejpeg', raising=False)
    (tmp_path / 'simplejpeg.py').write_text('raise ValueError("numpy.dtype size")')
    assert find_decoder('auto') is decode_with_cv2
    with pytest.raises(ImportError, match=r'numpy.dtype size.*tgdfer_mm\[fast\]'):
        find_decoder('simplejpeg')
