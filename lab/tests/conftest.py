"""Uses the fixtures of the package's tests."""

from pathlib import Path
from runpy import run_path

_shared = run_path(str(Path(__file__).parents[2] / 'tests/conftest.py'))
_cheap_collections = _shared['_cheap_collections']
_environment_stays = _shared['_environment_stays']
_logs_stay_on = _shared['_logs_stay_on']
_mmaction_scope = _shared['_mmaction_scope']
