"""A checkpoint of other classes: rows are matched by name, and losses are reported."""

import pytest
import torch
from torch import nn

from tgdfer_mm.engine.class_rows import class_weights, take_classes_by_name
from tgdfer_mm.models import LearnedClassVectors


class Model(nn.Module):
    """Class vectors, and a head with a linear layer and something of the same size."""

    def __init__(self, classes):
        super().__init__()
        self.text_encoder = LearnedClassVectors(classes, 4)
        self.cls_head = nn.Module()
        self.cls_head.fc = nn.Linear(5, len(classes))
        self.cls_head.windows = nn.Parameter(torch.zeros(len(classes)))


@pytest.mark.parametrize(
    ('theirs', 'ours'),
    [
        (['happy', 'sad', 'fear'], ['sad', 'joyful', 'Happy', 'fear']),
        (['happy', 'sad', 'fear'], ['fear', 'sad', 'bored']),
    ],
)
def test_rows_go_by_name_and_the_rest_is_said(theirs, ours):
    torch.manual_seed(1)
    old, new = Model(theirs), Model(ours)
    before = {k: v.clone() for k, v in new.state_dict().items()}
    state = {k: v.clone() for k, v in old.state_dict().items()}
    said = take_classes_by_name(new, state, theirs, ours)
    for name in ('text_encoder.vectors', 'cls_head.fc.weight', 'cls_head.fc.bias'):
        for i, label in enumerate(ours):
            place = (
                [each.casefold() for each in theirs].index(label.casefold())
                if (label.casefold() in theirs)
                else None
            )
            right = before[name][i] if place is None else old.state_dict()[name][place]
            assert torch.equal(state[name][i], right), (name, label)
    assert torch.equal(state['cls_head.windows'], old.state_dict()['cls_head.windows'])
    known = [each for each in ours if each.casefold() in theirs]
    assert f'the rows of {known} are taken by name' in said
    assert f'the rows of {[e for e in ours if e not in known]} are new' in said


def test_what_is_not_used_is_named():
    old, new = Model(['a', 'b', 'c']), Model(['b', 'd'])
    said = take_classes_by_name(new, old.state_dict(), ['a', 'b', 'c'], ['b', 'd'])
    assert "the rows of ['a', 'c'] are not used" in said


def test_weights_that_only_have_as_many_numbers_are_no_rows_of_classes():
    names = class_weights(Model(['a', 'b', 'c']), 3)
    assert sorted(names) == [
        'cls_head.fc.bias',
        'cls_head.fc.weight',
        'text_encoder.vectors',
    ]
