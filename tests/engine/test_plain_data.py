"""Plain data: `weights_only=True` reads it, and the result is equal."""

import io
from collections import OrderedDict, deque
from enum import StrEnum

import numpy as np
import pytest
import torch
from mmengine.logging import HistoryBuffer, MessageHub

from tgdfer_mm.engine import from_plain, to_plain


def through_a_file(value):
    file = io.BytesIO()
    torch.save(to_plain(value), file)
    file.seek(0)
    return from_plain(torch.load(file, weights_only=True))


class Colour(StrEnum):
    RED = 'red'


@pytest.mark.parametrize(
    ('value', 'kind'),
    [
        (np.float64(0.1), float),
        (np.float32(0.5), float),
        (np.int64(2**60), int),
        (np.bool_(True), bool),
        (np.str_('fold'), str),
        (Colour.RED, str),
        (deque([1, np.int8(2)], maxlen=3), deque),
        ((1, (np.int64(2), [3.0])), tuple),
        ({np.int64(3): {'a': np.float64(1)}}, dict),
        (OrderedDict(b=1, a=2), OrderedDict),
        ({1, 2}, set),
        (frozenset('ab'), frozenset),
        (None, type(None)),
        (b'\x00\xff', bytes),
        (float('inf'), float),
    ],
)
def test_values_come_back_equal_and_of_pythons_own_type(value, kind):
    back = through_a_file(value)
    assert back == value
    assert type(back) is kind
    if kind is deque:
        assert back.maxlen == value.maxlen


@pytest.mark.parametrize(
    'array',
    [
        np.arange(6).reshape(2, 3),
        np.array([0.1, np.nan], np.float32),
        np.array(True),
        np.zeros((0, 2), np.uint8),
        np.array(['a', 'long']),
    ],
)
def test_arrays_keep_shape_type_and_content(array):
    back = through_a_file([array])[0]
    assert (back.dtype, back.shape) == (array.dtype, array.shape)
    np.testing.assert_array_equal(back, array)


def test_a_message_hub_is_what_it_was():
    hub = MessageHub('plain_data')
    for i in range(5):
        hub.update_scalar('train/loss', 0.1 * i, count=i + 1)
    hub.update_info('best_score', np.float64(71.5))
    state = hub.state_dict()
    with pytest.raises(Exception, match='weights_only|Weights only'):
        file = io.BytesIO()
        torch.save(state, file)
        torch.load(io.BytesIO(file.getvalue()), weights_only=True)

    other = MessageHub('plain_data_resumed')
    other.load_state_dict(through_a_file(state))
    assert other.get_info('best_score') == 71.5
    ours, theirs = (h.get_scalar('train/loss') for h in (hub, other))
    for a, b in zip(ours.data, theirs.data, strict=True):
        np.testing.assert_array_equal(a, b)
        assert a.dtype == b.dtype
    assert theirs.max_length == ours.max_length
    theirs.update(1.0, 2)  # goes on as a buffer does
    assert theirs.mean(1) == 0.5


def test_an_empty_buffer_with_a_short_memory_survives():
    back = through_a_file(HistoryBuffer(max_length=2))
    for value in (1.0, 2.0, 3.0):
        back.update(value)
    assert back.data[0].tolist() == [2.0, 3.0]


def test_what_has_no_plain_form_is_named_by_its_place():
    with pytest.raises(TypeError, match=r"hub\['info'\]\['x'\]\[1\] is a .*object"):
        to_plain({'info': {'x': [1, object()]}}, 'hub')
    with pytest.raises(TypeError, match='array of object'):
        to_plain(np.array([object()]))
    with pytest.raises(TypeError, match='reserved'):
        to_plain({'__plain__': 1})
