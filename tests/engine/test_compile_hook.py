"""Compiling parts of a model by name."""

import pytest
import torch
from torch import nn

from tgdfer_mm.engine import CompileHook


class Runner:
    def __init__(self):
        self.model = nn.ModuleDict(dict(backbone=nn.Linear(2, 2), head=nn.Linear(2, 1)))


def test_only_the_named_parts_are_compiled_and_names_stay():
    runner, compiled = Runner(), []

    def backend(graph, inputs):
        compiled.append(graph)
        return graph.forward

    names = [*runner.model.state_dict()]
    x = torch.randn(3, 2)
    wanted = runner.model['backbone'](x)
    CompileHook(['backbone'], backend=backend).before_run(runner)
    found = runner.model['head'](x)
    assert not compiled
    found = runner.model['backbone'](x)
    assert len(compiled) == 1 and torch.equal(found, wanted)
    assert [*runner.model.state_dict()] == names


def test_a_part_that_is_not_there_is_named():
    with pytest.raises(ValueError, match="'neck'; it has backbone, head"):
        CompileHook(['neck']).before_run(Runner())
