"""Descriptions of clips and of frames, out of a file of values."""

import numpy as np
import pytest

from tgdfer_mm.datasets.transforms import (
    META_KEYS,
    AttachCaptions,
    AttachMovements,
    TellCaption,
)
from tgdfer_mm.movements.lexicon import MovementsError
from tgdfer_mm.movements.values import UnitValues
from tgdfer_mm.movements.writing import write_values
from tgdfer_mm.synth.clips import make_clip
from tgdfer_mm.synth.unit_values import true_values

NAN = float('nan')
RESULTS = dict(clip='a', frame_inds=np.array([0, 2, 1, 7]), total_frames=8)


@pytest.fixture
def table(tmp_path):
    values = np.array([[0, 0.5], [NAN, NAN], [0.9, 0.1]])
    clips = {
        'a': UnitValues(('AU4', 'AU12'), values),
        'b': UnitValues(('AU4',), np.array([[NAN]])),
    }
    return str(write_values(tmp_path / 'values.csv', clips))


def test_of_the_clip_and_of_its_sampled_frames(table):
    found = AttachMovements(table)(dict(RESULTS))
    frown = 'brows strongly lowered and drawn together'
    assert found['descriptions'] == [f'{frown}, lip corners pulled up']
    assert AttachMovements(table, most=1)(dict(RESULTS))['descriptions'] == [frown]
    frames = AttachMovements(table, of='frames')(dict(RESULTS))['descriptions']
    assert frames == ['lip corners pulled up', frown, '', '']
    assert 'descriptions' in META_KEYS


def test_a_file_is_read_once_until_it_changes(table):
    first, second = AttachMovements(table), AttachMovements(table, of='frames')
    assert first.values is second.values
    write_values(table, {'new clip': UnitValues(('AU4',), np.array([[1.0]]))})
    assert [*AttachMovements(table).values] == ['new clip']
    with pytest.raises(MovementsError, match='no such file'):
        AttachMovements(table + '.csv')


def test_a_clip_without_values(table):
    other = dict(RESULTS, clip='c')
    with pytest.raises(MovementsError, match="no values of clip 'c'.*complete=False"):
        AttachMovements(table)(dict(other))
    for clip in 'bc':
        other['clip'] = clip
        attach = AttachMovements(table, complete=False)
        assert attach(dict(other))['descriptions'] == ['']
        attach = AttachMovements(table, of='frames', complete=False)
        assert attach(dict(other))['descriptions'] == [''] * 4


def test_values_of_other_pictures_are_refused(table):
    with pytest.raises(MovementsError, match="3 frames of clip 'a', which has 2"):
        AttachMovements(table)(dict(RESULTS, total_frames=2))
    with pytest.raises(ValueError, match="'clip' or 'frames'"):
        AttachMovements(table, of='frame')


def test_drawn_clips_have_true_values():
    clip = make_clip(0, 1, 'happy', 1)
    values = true_values(clip)
    frame = int(clip.intensity.argmax())
    shown = {unit: v for unit, v in values.of_frame(frame).items() if v}
    assert shown == {unit: v for unit, v in clip.units(frame).items() if v}
    assert len(values) == len(clip) and values.seen.all()


def test_a_caption_is_told_with_a_clip(tmp_path, table):
    captions = tmp_path / 'captions.csv'
    captions.write_text('clip,caption\na,"the voice is loud, on the whole"\n')
    results = AttachCaptions(str(captions))(dict(RESULTS))
    tell, voice = TellCaption(), 'the voice is loud, on the whole'
    assert tell(dict(results))['descriptions'] == [voice]
    seen = AttachMovements(table)(dict(results))
    [face] = seen['descriptions']
    assert tell(seen)['descriptions'] == [f'{face}, {voice}']
    frames = AttachMovements(table, of='frames')(dict(results))
    texts = tell(dict(frames))['descriptions']
    assert len(texts) == 4 and all(text.endswith(voice) for text in texts)
    assert texts[3] == voice  # a frame that was not measured
    assert tell(dict(RESULTS, caption=''))['descriptions'] == ['']
