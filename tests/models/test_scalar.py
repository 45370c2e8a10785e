"""Learned numbers have a dimension; weights from before they had one load."""

from pathlib import Path

import pytest
import torch
from mmengine.runner.checkpoint import load_state_dict

from tgdfer_mm.engine.checkpoint import give_states_a_dimension
from tgdfer_mm.models.layers.scalar import give_scalars_a_dimension
from tgdfer_mm.plain_checkpoints import load_from_local

V0_1 = Path(__file__).parents[1] / 'data/v0_1/runs/a/seed0/fold1/epoch_7.pth'
HEADS = [
    dict(temporal=dict(type='lgt')),
    dict(temporal=dict(type='tca'), loss_cls=dict(type='MILLoss', multi_label=True)),
]


def before(state):
    """The weights as they were before: a single number had no dimension."""
    return {k: v.squeeze() if v.shape == (1,) else v for k, v in state.items()}


@pytest.mark.parametrize('head', HEADS)
@pytest.mark.parametrize('load', [torch.nn.Module.load_state_dict, load_state_dict])
def test_weights_from_before_load(build_recognizer, head, load):
    model, other = build_recognizer(head=head), build_recognizer(head=head)
    assert all(parameter.ndim for parameter in model.parameters())
    for parameter in model.parameters():
        torch.nn.init.normal_(parameter)
    old = before(model.state_dict())
    assert sum(not value.ndim for value in old.values()) >= 4
    load(other, old)
    for name, value in model.state_dict().items():
        assert torch.equal(other.state_dict()[name], value), name


def test_only_what_has_a_dimension_gets_one():
    norm = torch.nn.BatchNorm1d(1)
    state = before(norm.state_dict())
    give_scalars_a_dimension(norm, state, '')
    assert {name: value.shape for name, value in state.items()} == {
        name: value.shape for name, value in norm.state_dict().items()
    }


@pytest.mark.parametrize('kind', ['AdamW', 'NAdam', 'SGD', 'Adagrad'])
def test_an_optimizer_goes_on_as_if_its_numbers_had_had_a_dimension(kind):
    weight = torch.nn.Parameter(torch.ones(3, 2))
    number = torch.nn.Parameter(torch.ones(1))
    options = dict(momentum=0.9) if kind == 'SGD' else {}
    optimizer = getattr(torch.optim, kind)([weight, number], lr=0.1, **options)
    ((weight * number).sum() ** 2).backward()
    optimizer.step()
    new, old = optimizer.state_dict(), optimizer.state_dict()
    old['state'] = {0: dict(new['state'][0]), 1: before(new['state'][1])}
    give_states_a_dimension(dict(base=old))
    for place, values in new['state'].items():
        for name, value in values.items():
            assert old['state'][place][name].shape == value.shape, name


def test_the_optimizer_of_version_0_1():
    checkpoint = load_from_local(V0_1)
    weights, optimizer = checkpoint['state_dict'], checkpoint['optimizer']
    give_states_a_dimension(optimizer)
    moments = [values['exp_avg'] for values in optimizer['state'].values()]
    assert all(moment.ndim for moment in moments)
    assert any(not value.ndim for value in weights.values())
