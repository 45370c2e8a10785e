"""The stand-in's runs and the small recognizers of the package's tests."""

from runpy import run_path

from lab.paths import ROOT

_engine = run_path(str(ROOT / 'tests/engine/conftest.py'))
standin_config, build_runner, log = (
    _engine[name] for name in ('standin_config', 'build_runner', 'log')
)
_models = run_path(str(ROOT / 'tests/models/conftest.py'))
tiny_arch, texts, build_recognizer, make_batch = (
    _models[name] for name in ('tiny_arch', 'texts', 'build_recognizer', 'make_batch')
)
