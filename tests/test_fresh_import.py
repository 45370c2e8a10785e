"""Effects of importing the package on a new process, all measured in one process."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

SLOW = ['scipy.stats', 'scipy.optimize', 'sklearn', 'matplotlib', 'pandas', 'av']
SCRIPT = f"""
import gc, json, sys, warnings
warnings.filterwarnings('error', message='.* has moved to')
from tgdfer_cli import main
main._import_package()
facts = dict(imported='tgdfer_mm' in sys.modules)
facts['slow'] = [m for m in {SLOW} if m in sys.modules]
facts['gc'] = [gc.isenabled(), gc.get_freeze_count() > 0]

import numpy
facts['numpy'] = [numpy.__name__, *(n for n in ('Inf', 'float_') if hasattr(numpy, n))]

from mmengine.runner import CheckpointLoader, checkpoint
from tgdfer_mm.plain_checkpoints import plain_loading
def loading():
    return dict(CheckpointLoader._schemes), checkpoint.load_url
before = loading()
functions = [*before[0].values(), before[1]]
facts['ours'] = [f.__module__ for f in functions if 'tgdfer' in f.__module__]
with plain_loading():
    facts['changed'] = loading()[0] != before[0]
facts['restored'] = loading() == before

from mmaction.datasets.transforms.pose_transforms import mode
facts['late'] = 'scipy.stats' not in sys.modules
facts['mode'] = int(mode([1, 2, 2])[0])
from scipy.stats import binomtest
import scipy
facts['whole'] = scipy.stats is sys.modules['scipy.stats']

print('until here', file=sys.stderr)
known = 'Fail to import ``MultiScaleDeformableAttention`` from ``x``'
module = 'mmcv.cnn.bricks.transformer'
for text, name in ((known, module), ('new', module), (known, 'mine')):
    warnings.warn_explicit(text, UserWarning, 'file', 1, module=name)

print('until there', file=sys.stderr)
import importlib, pkgutil, tgdfer_mm
print(json.dumps(facts), flush=True)
for m in pkgutil.walk_packages(tgdfer_mm.__path__, 'tgdfer_mm.'):
    if '__main__' not in m.name:
        importlib.import_module(m.name)
"""


@pytest.fixture(scope='module')
def told():
    """What the process found, and what it warned of in its three parts."""
    done = subprocess.run(
        [sys.executable, '-c', SCRIPT],
        cwd=Path(__file__).parents[1],
        capture_output=True,
        text=True,
    )
    lines = done.stdout.splitlines() or ['{}']
    facts = json.loads(lines[-1]) | dict(code=done.returncode, error=done.stderr)
    facts['warned'], *rest = done.stderr.partition('until here\n')
    return facts | dict(warnings=rest[-1].partition('until there\n')[0])


def test_what_only_some_need_is_left_out_and_nothing_is_warned_of(told):
    assert told.get('imported'), told['error']
    assert told['slow'] == []
    assert told['warned'] == ''


def test_garbage_is_collected_again_after_the_import(told):
    assert told['gc'] == [True, True]


@pytest.mark.skipif(not hasattr(np, 'trapezoid'), reason='NumPy 1 has the old names')
def test_numpy_itself_stays_as_it_is(told):
    # In this process, other packages of the tests put old names back.
    assert told['numpy'] == ['numpy']


def test_other_projects_in_the_process_load_as_without_us(told):
    """mmaction2's init_recognizer loads its own checkpoints, which hold objects."""
    assert told['ours'] == []
    assert told['changed'] and told['restored']


def test_scipy_stats_is_whole_when_it_is_asked_for(told):
    assert told['late'] and told['mode'] == 2 and told['whole']


def test_scipy_stats_that_is_there_is_left_alone():
    script = (
        'from scipy import stats\n'
        'import tgdfer_mm\n'
        'from mmaction.datasets.transforms import pose_transforms\n'
        'print(pose_transforms.mode is stats.mode)\n'
    )
    command = [sys.executable, '-c', script]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout == 'True\n'


def test_only_one_warning_is_silenced(told):
    assert told['warnings'].count('UserWarning') == 2
    assert 'new' in told['warnings']


def test_no_module_of_ours_uses_an_old_name(told):
    # The last part imports all of them, and takes the table's warning for an error.
    assert told['code'] == 0, told['error']
