"""A sharded run gives the numbers and checkpoints of a run with one process."""

from types import SimpleNamespace

import pytest
import torch
from conftest import HERE
from mmengine.registry import STRATEGIES
from test_exact_checkpoint_hook import assert_same, load
from torch import nn

from tgdfer_mm.engine import fsdp_strategy
from tgdfer_mm.engine.fsdp_strategy import blocks_of
from tgdfer_mm.features.processes import LauncherError
from tgdfer_mm.recipe.recipe import RecipeError
from tgdfer_mm.recipe.runners import ResumeError

CONFIG = dict(config=HERE / 'sharded_config.py')
ALONE = ('--cfg-options', 'runner_type=DFERRunner', 'train_dataloader.batch_size=4')
GOES_ON = ('state_dict', 'optimizer', 'exact')


@pytest.fixture(scope='module')
def sharded(processes, tmp_path_factory):
    """Two processes, an epoch of one step, and another one."""
    folder = tmp_path_factory.mktemp('sharded')
    args = ('--work-dir', folder)
    assert processes.run_ranks('train.py', *args, **CONFIG) == [0, 0]
    return folder


def assert_close(ours, theirs):
    assert ours.keys() == theirs.keys()
    for name, value in theirs.items():
        torch.testing.assert_close(ours[name], value, rtol=1e-4, atol=2e-5)


def assert_alike(path, other):
    """Weights and optimizer states are equal, but for the order of sums."""
    ours, theirs = load(path), load(other)
    assert_close(ours['state_dict'], theirs['state_dict'])
    ours, theirs = ours['optimizer'], theirs['optimizer']
    assert_same(ours['param_groups'], theirs['param_groups'], 'param_groups')
    assert ours['state'].keys() == theirs['state'].keys()
    for place, values in theirs['state'].items():
        for name, value in values.items():
            found = ours['state'][place][name]
            scale = value.abs().max().item()
            torch.testing.assert_close(found, value, rtol=1e-3, atol=1e-3 * scale)


def test_two_processes_train_as_one_does(processes, sharded, tmp_path):
    assert processes.run('train.py', '--work-dir', tmp_path, *ALONE, **CONFIG) == 0
    for name in ('epoch_1.pth', 'epoch_2.pth'):
        assert_alike(sharded / name, tmp_path / name)
    first, last = (load(tmp_path / f'epoch_{n}.pth')['state_dict'] for n in (1, 2))
    moved = [name for name in first if not torch.equal(first[name], last[name])]
    assert {name.split('.')[0] for name in moved} == {
        *('backbone', 'text_encoder', 'neck', 'cls_head')
    }


def test_two_processes_go_on_exactly_from_before_numbers_had_a_dimension(
    processes, sharded, tmp_path
):
    checkpoint = load(sharded / 'epoch_1.pth')
    lists = [checkpoint['state_dict'], *checkpoint['optimizer']['state'].values()]
    for values in lists:
        for name, value in values.items():
            if value.shape == (1,):
                values[name] = value[0]
    torch.save(checkpoint, tmp_path / 'epoch_1.pth')
    args = ('--work-dir', tmp_path, '--resume')
    # Nothing that would have to be fetched is, since the checkpoint has it.
    fetched = ('--cfg-options', 'model.backbone.pretrained=absent.pt')
    assert processes.run_ranks('train.py', *args, *fetched, **CONFIG) == [0, 0]
    ours, theirs = (load(folder / 'epoch_2.pth') for folder in (tmp_path, sharded))
    for key in GOES_ON:
        assert_same(ours[key], theirs[key], key)


def test_one_process_goes_on_where_two_have_stopped(processes, sharded, tmp_path):
    args = ('--work-dir', tmp_path, '--resume', sharded / 'epoch_1.pth')
    assert processes.run('train.py', *args, *ALONE, **CONFIG) == 0
    assert_alike(tmp_path / 'epoch_2.pth', sharded / 'epoch_2.pth')


def test_shards_in_files_of_their_own_are_refused():
    with pytest.raises(RecipeError, match="state_dict_cfg='local'.*'full'"):
        STRATEGIES.build(dict(type='WholeFSDPStrategy', state_dict_cfg='local'))


@pytest.fixture
def strategy():
    return STRATEGIES.get('WholeFSDPStrategy')(experiment_name='alone')


def test_a_run_that_no_launcher_has_started_is_told_how(strategy):
    with pytest.raises(LauncherError, match='torchrun and --launcher pytorch'):
        strategy._wrap_model(nn.Linear(2, 2))


def test_a_parameter_without_a_dimension_is_named(strategy, monkeypatch):
    monkeypatch.setattr(fsdp_strategy, 'is_distributed', lambda: True)
    model = nn.Linear(2, 2)
    model.factor = nn.Parameter(torch.tensor(1.0))
    with pytest.raises(RecipeError, match=r'such as factor.*\(1,\)'):
        strategy._wrap_model(model)


def test_the_optimizer_of_another_model_is_refused(strategy):
    strategy.model = nn.Linear(2, 2)
    optimizer = torch.optim.SGD(strategy.model.parameters())
    strategy.optim_wrapper = SimpleNamespace(optimizer=optimizer)
    other = torch.optim.SGD([nn.Parameter(torch.ones(1))])
    with pytest.raises(ResumeError, match=r'of \[1\] parameters.*has groups of \[2\]'):
        strategy.load_optim_state_dict(other.state_dict())


def test_blocks_are_the_repeated_parts_with_parts():
    block = nn.Sequential(nn.Sequential(nn.Linear(2, 2)), nn.ReLU())
    layers = nn.ModuleList([nn.ModuleDict(dict(a=nn.Linear(2, 2))) for _ in range(2)])
    tower = nn.ModuleDict(dict(stem=block, layers=layers, head=nn.Linear(2, 2)))
    assert blocks_of(tower) == {block[0], *layers}
