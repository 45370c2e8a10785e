"""Numbers that a user gives: a value that is not allowed is refused by its name."""

import json
import math
from fractions import Fraction

import numpy as np
import pytest
from mmengine.config import ConfigDict

from tgdfer_mm.video.checks import Number
from tgdfer_mm.video.errors import UsageError
from tgdfer_mm.video.settings import VideoSettings

NO_NUMBERS = [math.nan, math.inf, -math.inf, '1', True, np.True_, [1], {}, 1j, b'1']
FIELDS = [
    *('every', 'max_gap', 'min_overlap', 'min_track', 'cut', 'max_seconds'),
    *('max_frames', 'max_pixels'),
    *('crop.size', 'crop.margin', 'window.frames', 'window.seconds', 'window.stride'),
    *('intervals.threshold', 'intervals.smooth', 'intervals.join'),
    'intervals.shortest',
]


def changed(field, value):
    part, _, name = field.rpartition('.')
    return VideoSettings().updated({part: {name: value}} if part else {name: value})


@pytest.mark.parametrize('field', FIELDS)
@pytest.mark.parametrize('value', NO_NUMBERS, ids=repr)
def test_no_field_takes_what_is_no_finite_number(field, value):
    with pytest.raises(UsageError) as caught:
        changed(field, value)
    assert f'video.{field}={value!r} must be a' in str(caught.value)


@pytest.mark.parametrize('field', FIELDS)
def test_only_what_can_be_left_out_may_be_none(field):
    if field in ('every', 'cut', 'max_seconds', 'max_frames'):
        assert getattr(changed(field, None), field) is None
        return
    with pytest.raises(UsageError, match=f'video.{field}=None must be a'):
        changed(field, None)


@pytest.mark.parametrize(
    ('field', 'value'),
    [
        *(('every', 0), ('every', 1.5), ('max_gap', -1), ('min_track', -0.1)),
        *(('max_seconds', 0), ('max_seconds', -3), ('cut', -1), ('min_overlap', 1.1)),
        *(('min_overlap', -0.1), ('crop.size', 0), ('crop.size', 64.5)),
        *(('crop.size', 10**9), ('crop.margin', -0.5), ('crop.margin', 1e9)),
        *(('window.frames', 0), ('window.frames', 10**9), ('window.stride', 1e-12)),
        *(('window.seconds', -1), ('intervals.threshold', 0)),
        *(('max_frames', 0), ('max_frames', 1.5), ('max_pixels', 2**31)),
        *(('intervals.threshold', 1.5), ('intervals.smooth', -1)),
        *(('intervals.join', -1), ('intervals.shortest', -1)),
    ],
)
def test_a_number_out_of_its_range_is_refused(field, value):
    with pytest.raises(UsageError) as caught:
        changed(field, value)
    assert f'video.{field}={value!r} must be' in str(caught.value)


@pytest.mark.parametrize(
    'shift', [None, 1, (1,), (1, 2, 3), 'ab', (0, math.nan), (True, 0), (99, 0)]
)
def test_a_shift_is_two_finite_numbers(shift):
    with pytest.raises(UsageError, match='video.crop.shift'):
        changed('crop.shift', shift)


@pytest.mark.parametrize('part', ['crop', 'window', 'intervals'])
@pytest.mark.parametrize('value', [None, 3, 'wide', [1, 2]])
def test_a_part_is_its_own_kind_or_a_dict(part, value):
    with pytest.raises(UsageError, match=rf'video\.{part}=.* must be a dict of'):
        VideoSettings().updated({part: value})


@pytest.mark.parametrize('policy', ['exclude', 'pat', None, 3, ['pad']])
def test_a_policy_for_short_windows_is_one_that_reads_them(policy):
    with pytest.raises(UsageError, match=r'short_clip=.* must be one of pad, '):
        changed('window.short_clip', policy)


def test_numbers_of_numpy_become_plain_ones():
    settings = VideoSettings().updated(
        dict(
            every=np.int64(2),
            max_gap=np.float32(0.5),
            crop=ConfigDict(size=np.uint8(64), shift=np.array([0.0, 0.5])),
        )
    )
    assert json.loads(json.dumps(settings.asdict()))['every'] == 2
    assert type(settings.every) is int and type(settings.max_gap) is float
    assert (settings.crop.size, settings.crop.shift) == (64, (0.0, 0.5))


def test_the_message_says_what_is_allowed():
    assert str(Number(least=1, whole=True)) == 'a whole number of at least 1'
    both = Number(above=0, most=1, none=True)
    assert str(both) == 'a number above 0 and of at most 1, or None'
    assert both.check('x', None) is None
    assert both.check('x', Fraction(1, 2)) == 0.5
