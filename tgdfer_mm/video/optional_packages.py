"""Imports of packages that only some commands need."""

import importlib
from types import ModuleType

from .errors import MissingPackage

_EXTRA = {
    'av': (None, 'reading or writing video files'),
    'dlib': ('video', "the face detector 'dlib'"),
    'scenedetect': ('video', 'finding camera cuts'),
    'mediapipe': (None, "the face detector 'mediapipe'"),
    'onnx': ('onnx', 'exporting'),
    'onnxscript': ('onnx', 'exporting'),
    'onnxruntime': ('models', 'running an ONNX file'),
    'h5py': ('models', 'reading an HDF5 file'),
    'transformers': ('transformers', 'a tower of transformers'),
    'platformdirs': ('models', 'keeping fetched models'),
    'optuna': ('sweep', 'a sweep'),
}


def need(name: str) -> ModuleType:
    """Imports an optional package.

    Raises:
        MissingPackage: The package is absent or broken. The message says what to
            install.
    """
    try:
        return importlib.import_module(name)
    # A package that does not fit the other packages can raise any error.
    except Exception as err:
        extra, purpose = _EXTRA[name]
        what = f'"tgdfer_mm[{extra}]"' if extra else name
        found = err if isinstance(err, ImportError) else f'it fails with {err!r}'
        raise MissingPackage(
            f'{purpose} needs the package {name}: pip install {what} ({found})'
        ) from err
