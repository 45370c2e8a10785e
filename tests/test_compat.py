"""Every work-around is needed now, and does nothing where it is not."""

import importlib
import importlib.machinery
import inspect
import logging
import sys
import warnings

import mmcv
import pytest
import torch
from mmengine.dist import utils as dist_utils
from mmengine.fileio import file_client
from mmengine.logging import MMLogger
from mmengine.model import MMDistributedDataParallel

from tgdfer_mm import compat
from tgdfer_mm.compat import installed, wheel_of_mmaction, without_cuda
from tgdfer_mm.compat.messages import without_old_names_of_timm

LOCALIZERS = 'mmaction.models.localizers'


# mmaction2's wheel without `drn`


def test_mmactions_models_import_only_with_the_stub(monkeypatch):
    localizers = importlib.import_module(LOCALIZERS)
    with monkeypatch.context() as patch:
        for name in (f'{LOCALIZERS}.drn', f'{LOCALIZERS}.drn.drn'):
            patch.delitem(sys.modules, name)
        with pytest.raises(ModuleNotFoundError, match='drn'):
            importlib.reload(localizers)
        wheel_of_mmaction.stub_missing_drn()
        importlib.reload(localizers)
    with pytest.raises(NotImplementedError, match='from source'):
        localizers.DRN()


def test_nothing_is_stubbed_where_the_folder_is(monkeypatch, tmp_path):
    real = tmp_path / 'models/localizers/drn/drn.py'
    real.parent.mkdir(parents=True)
    real.touch()
    spec = importlib.machinery.ModuleSpec('mmaction', None, is_package=True)
    spec.submodule_search_locations = [str(tmp_path)]
    monkeypatch.setattr(wheel_of_mmaction.importlib.util, 'find_spec', lambda _: spec)
    for name in (f'{LOCALIZERS}.drn', f'{LOCALIZERS}.drn.drn'):
        monkeypatch.delitem(sys.modules, name)
    wheel_of_mmaction.stub_missing_drn()
    assert f'{LOCALIZERS}.drn' not in sys.modules


# mmcv, whichever


def test_without_mmcv_the_error_says_what_to_install(monkeypatch):
    monkeypatch.setattr(installed.importlib.util, 'find_spec', lambda name: None)
    with pytest.raises(ImportError, match=r'No mmcv.*pip install "tgdfer_mm\[lite\]"'):
        installed.require_mmcv()


@pytest.mark.parametrize(
    ('version', 'fits'),
    [('1.7.2', False), ('2.1.0', True), ('2.2.0', False), ('2.3.1', False)],
)
def test_only_an_mmcv_that_mmaction_takes_is_accepted(monkeypatch, version, fits):
    monkeypatch.setattr(mmcv, '__version__', version)
    if fits:
        installed.require_mmcv()
    else:
        with pytest.raises(ImportError, match=rf'mmcv {version} .*mmcv>=2.1,<2.2'):
            installed.require_mmcv()


# What mmengine says of itself


def test_mmengine_logs_all_but_what_it_says_of_itself(monkeypatch):
    logged = []
    handler = logging.Handler()
    handler.emit = lambda record: logged.append(record.getMessage())
    logger = MMLogger.get_current_instance()
    monkeypatch.setattr(logger, 'handlers', [handler])
    options = dict(logger='current', level=logging.WARNING)
    file_client.FileClient('disk')
    file_client.HardDiskBackend()
    file_client.print_log('"Other" will be deprecated', **options)
    assert logged == ['"Other" will be deprecated']
    # Without the work-around they are said; this fails once mmengine has stopped.
    monkeypatch.setattr(file_client, 'print_log', unpatched(file_client.print_log))
    file_client.FileClient('disk')
    file_client.HardDiskBackend()
    assert ['deprecated' in message for message in logged] == [True] * 3


# Distributed runs without CUDA


@pytest.fixture
def start(monkeypatch):
    """Starts mmengine's distribution, but records what would be started."""
    started = {}
    monkeypatch.setattr(
        dist_utils.torch_dist,
        'init_process_group',
        lambda backend, **kwargs: started.update(backend=backend),
    )
    for name, value in (('RANK', '0'), ('LOCAL_RANK', '3'), ('WORLD_SIZE', '1')):
        monkeypatch.setenv(name, value)

    def run(init, accelerator=False, backend='nccl'):
        monkeypatch.setattr(without_cuda, '_has_accelerator', lambda: accelerator)
        init(backend)
        return started['backend']

    return run


def unpatched(function):
    return inspect.unwrap(function)


@pytest.mark.skipif(torch.cuda.is_available(), reason='what fails without CUDA')
def test_distribution_starts_without_cuda_only_with_the_work_around(start):
    init = dist_utils._init_dist_pytorch
    with pytest.raises((RuntimeError, AssertionError)):
        start(unpatched(init))
    assert start(init) == 'gloo'
    assert start(init, backend='mpi') == 'mpi'


def test_with_an_accelerator_mmengine_does_what_it_always_does(start, monkeypatch):
    devices = []
    monkeypatch.setattr(torch.cuda, 'set_device', devices.append)
    assert start(dist_utils._init_dist_pytorch, accelerator=True) == 'nccl'
    assert devices == [3]
    assert start(dist_utils._init_dist_pytorch, accelerator=False) == 'gloo'
    assert devices == [3]  # not touched, and put back
    assert torch.cuda.set_device == devices.append


@pytest.fixture
def process_group(tmp_path):
    store = torch.distributed.FileStore(str(tmp_path / 'store'), 1)
    torch.distributed.init_process_group('gloo', store=store, rank=0, world_size=1)
    yield
    torch.distributed.destroy_process_group()


def test_a_model_on_the_cpu_is_wrapped_only_with_the_work_around(process_group):
    model = torch.nn.Linear(2, 2)
    raw = unpatched(MMDistributedDataParallel.__init__)
    with pytest.raises(ValueError, match='device_ids'):
        raw(
            MMDistributedDataParallel.__new__(MMDistributedDataParallel),
            model,
            device_ids=[0],
        )
    wrapped = MMDistributedDataParallel(model, device_ids=[0])
    assert wrapped.device_ids is None
    assert MMDistributedDataParallel(module=model, device_ids=[0]).device_ids is None


def test_the_ids_of_a_model_elsewhere_are_kept(monkeypatch):
    passed = {}
    monkeypatch.setattr(
        MMDistributedDataParallel,
        '__init__',
        lambda self, module, **kwargs: passed.update(kwargs),
    )
    without_cuda.allow_ddp_without_cuda()
    with torch.device('meta'):
        MMDistributedDataParallel(torch.nn.Linear(2, 2), device_ids=[1])
    assert passed == dict(device_ids=[1])


def test_applying_twice_wraps_once():
    before = (
        dist_utils._init_dist_pytorch,
        dist_utils._init_dist_slurm,
        MMDistributedDataParallel.__init__,
    )
    compat.apply()
    assert before == (
        dist_utils._init_dist_pytorch,
        dist_utils._init_dist_slurm,
        MMDistributedDataParallel.__init__,
    )


def test_timm_s_word_on_an_old_name_is_left_out_in_the_block_alone():
    old = 'Importing from timm.models.layers is deprecated, please import via'
    with without_old_names_of_timm(), pytest.warns(FutureWarning) as inside:
        warnings.warn('another', FutureWarning, stacklevel=1)
    assert [str(each.message) for each in inside] == ['another']
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter('always')
        with without_old_names_of_timm():
            warnings.warn(old, FutureWarning, stacklevel=1)
        warnings.warn(old, FutureWarning, stacklevel=1)
    assert len(seen) == 1
