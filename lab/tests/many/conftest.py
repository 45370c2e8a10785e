"""The small run of the tests of computed features."""

from runpy import run_path

from lab.paths import ROOT

_shared = run_path(str(ROOT / 'tests/features/conftest.py'))
_one_thread = _shared['_one_thread']
clips, make_config, run, weights = (
    _shared[name] for name in ('clips', 'make_config', 'run', 'weights')
)
