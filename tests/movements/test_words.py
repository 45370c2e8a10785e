"""Descriptions of values: units, strength and times."""

import json

import numpy as np
import pytest

from tgdfer_mm.movements.episodes import find_episodes
from tgdfer_mm.movements.lexicon import LEVELS, MovementsError, load_lexicon
from tgdfer_mm.movements.reading import _data
from tgdfer_mm.movements.values import UnitValues
from tgdfer_mm.movements.words import (
    caption_of,
    tell_clip,
    tell_frames,
    tell_moment,
)

NAN = float('nan')


def values(seconds=None, **curves) -> UnitValues:
    columns = np.array([*curves.values()], float).T
    return UnitValues(tuple(curves), columns, seconds)


def test_episodes_have_onset_apex_and_offset_and_the_longer_one_comes_first():
    found = find_episodes(
        values(AU12=[0, 0.3, 0.9, 0.9, 0.2, 0], AU4=[1, 0, 0, 0, 0.5, 0.6])
    )
    told = [(e.unit, e.onset, e.apex, e.offset, e.strength) for e in found]
    assert told == [('AU12', 1, 2, 4, 0.9), ('AU4', 4, 5, 5, 0.6), ('AU4', 0, 0, 0, 1)]
    assert [e.weight for e in found] == pytest.approx([2.3, 1.1, 1.0])
    both = find_episodes(values(AU4=[1, 0, 0.5, 0.6]), one_each=True)
    assert [(e.onset, e.offset) for e in both] == [(2, 3)]


def test_a_frame_that_is_missing_neither_ends_a_stretch_nor_is_one():
    [found] = find_episodes(values(AU12=[NAN, 0.5, NAN, 0.4, NAN, 0]))
    assert (found.onset, found.apex, found.offset) == (1, 1, 3)
    assert found.weight == pytest.approx(0.9)
    assert not find_episodes(values(AU12=[NAN, NAN])) and not find_episodes(values())


def test_a_clip_in_sentences():
    smile = values(AU12=[0, 0.3, 0.9, 0.3, 0], AU4=[0.5, 0, 0, 0, 0], AU1=[0.1] * 5)
    assert tell_clip(smile) == [
        'Lip corners strongly pulled up: from frame 1, strongest at frame 2, until '
        'frame 3.',
        'Brows lowered and drawn together: from the start, strongest at frame 0, '
        'until frame 0.',
    ]
    assert tell_clip(smile, most=1, times=False) == ['Lip corners strongly pulled up.']
    timed = values(np.array([0, 0.04, 0.08]), AU12=[0, 0.3, 0.5])
    assert tell_clip(timed) == [
        'Lip corners pulled up: from 0.0 s, strongest at 0.1 s, until the end.'
    ]


def test_rest_is_told_apart_from_nothing_seen():
    assert tell_clip(values(AU12=[0, 0.1])) == ['Face at rest.']
    assert tell_clip(values(AU12=[NAN, NAN])) == ['No face seen.']
    assert caption_of(values(AU12=[0, 0.1])) == 'face at rest'
    assert caption_of(values(AU12=[NAN])) == tell_moment({}) == 'no face seen'
    assert tell_moment({'AU12': NAN, 'AU4': 0.0}) == 'face at rest'


def test_a_moment_tells_the_strongest_units_first():
    units = {'AU1': 0.2, 'AU12': 0.75, 'AU4': 0.199, 'AU26': 0.45}
    told = 'lip corners strongly pulled up, jaw dropped, inner brows slightly raised'
    assert tell_moment(units) == told
    assert tell_moment(units, most=1) == 'lip corners strongly pulled up'
    assert tell_moment({}, most=1) == 'no face seen'


def test_frames_tell_what_was_highest_in_them_alone():
    smile = values(AU12=[0.9, 0.3, NAN, 0.1], AU4=[0, 0.5, 0.9, NAN])
    assert tell_frames(smile, [1, 3]) == (
        'brows lowered and drawn together, lip corners slightly pulled up'
    )
    assert tell_frames(smile, [3, 77]) == 'face at rest'
    assert tell_frames(smile, []) == 'no face seen'


def test_a_caption_tells_no_times():
    assert caption_of(values(AU12=[0, 0.9], AU4=[0.5, 0])) == (
        'lip corners strongly pulled up, brows lowered and drawn together'
    )


def test_units_of_frames_that_lack_them_are_at_rest():
    of = UnitValues.of_frames([{'AU12': 0.5}, {'AU4': 1.0}])
    np.testing.assert_array_equal(of.values, [[0.5, 0], [0, 1]])
    assert UnitValues.of_frames([]).values.shape == (0, 0)
    assert tell_clip(UnitValues.of_frames([])) == ['No face seen.']


def test_the_lexicon_has_three_phrases_for_all_that_can_be_read():
    lexicon = load_lexicon()
    assert set(_data('blendshapes')['units']) <= set(lexicon.units)
    said = [p for words in lexicon.units.values() for p in words.phrases.values()]
    assert len(set(said)) == len(said) == 3 * len(lexicon.units)
    assert [lexicon.level(v) for v in (0.19, 0.2, 0.45, 0.75, NAN)] == [
        None,
        *LEVELS,
        None,
    ]
    with pytest.raises(MovementsError, match="no unit 'AU99'"):
        lexicon.phrase('AU99', 1.0)


@pytest.mark.parametrize(
    ('change', 'problem'),
    [
        (dict(levels=dict(weak=0.5, moderate=0.4, strong=1)), 'must ascend'),
        (dict(levels=dict(weak=0.5)), 'a number for each'),
        (dict(units=dict(AU1=dict(name='x'))), "unit 'AU1' needs the texts"),
        (dict(times=dict(onset='from')), '`times` needs'),
        (dict(rest=1), '`rest` and `unseen` must be texts'),
    ],
)
def test_a_lexicon_that_is_none(change, problem, tmp_path):
    from tgdfer_mm.movements import lexicon

    own = json.loads(
        (lexicon.Path(lexicon.__file__).with_name('lexicon.json')).read_text()
    )
    path = tmp_path / 'own.json'
    path.write_text(json.dumps(own))
    assert load_lexicon(path) == load_lexicon()
    path.write_text(json.dumps(own | change))
    with pytest.raises(MovementsError, match=problem) as caught:
        load_lexicon(path)
    assert str(path) in str(caught.value)
    times = dict(own['times'], second='{:.1f} {}')
    path.write_text(json.dumps(own | dict(times=times)))
    with pytest.raises(MovementsError, match='times.second'):
        load_lexicon(path)
