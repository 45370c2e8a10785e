"""The synthetic voice follows the expression of the face, or an independent one."""

import numpy as np
import pytest

from tgdfer_mm.sound.reading import RATE
from tgdfer_mm.synth.clips import EMOTIONS, Movement, make_clip
from tgdfer_mm.synth.voice import (
    PROSODY,
    _prosody,
    clip_sound,
    draw_voice,
    other_movements,
    sample_voice,
)

CLIP = make_clip(0, 4, 'angry', 2)


def speak(emotion=None, strength=1.0, seed=0, length=100):
    shown = (
        () if emotion is None else [Movement(emotion, {}, np.full(length, strength))]
    )
    rng = np.random.default_rng(seed)
    return draw_voice(rng, sample_voice(0, 1), shown, length, 25)


def test_a_sound_is_as_long_as_its_clip_and_the_same_each_time():
    sound = clip_sound(CLIP, (0, 4), 'true')
    assert sound.rate == RATE and sound.samples.dtype == np.float32
    assert sound.seconds == pytest.approx(len(CLIP) / 25)
    again = clip_sound(CLIP, (0, 4), 'true')
    np.testing.assert_array_equal(sound.samples, again.samples)
    assert np.abs(sound.samples).max() < 1
    for seed, kind in (((0, 5), 'true'), ((0, 4), 'other')):
        assert (clip_sound(CLIP, seed, kind).samples != sound.samples).any()
    with pytest.raises(ValueError, match="sound='off'"):
        clip_sound(CLIP, (0, 4), 'off')


def test_people_have_voices_of_their_own():
    voices = [sample_voice(0, person) for person in range(20)]
    assert voices[3] == sample_voice(0, 3) and len({v.pitch for v in voices}) == 20
    assert all(90 < v.pitch < 230 for v in voices)


def test_there_are_pauses_and_tones():
    power = np.abs(speak()).reshape(-1, RATE // 100).max(1)  # of 10 ms
    assert 0.15 < (power < 0.01).mean() < 0.6
    assert power.max() > 0.1


def test_an_emotion_is_heard_as_strongly_as_it_is_shown():
    def mean(emotion, strength, name):
        shown = [Movement(emotion, {}, np.array([strength]))]
        rng = np.random.default_rng(0)
        return np.mean([_prosody(rng, shown, 0)[name] for _ in range(200)])

    for name in PROSODY:
        values = [mean('surprise', s, name) for s in (0.0, 0.5, 1.0)]
        assert values[1] == pytest.approx((values[0] + values[2]) / 2, rel=0.1, abs=0.1)
    loud, quiet = (np.sqrt(np.mean(speak(e) ** 2)) for e in ('angry', 'sad'))
    assert loud > 3 * quiet


def test_the_other_sound_knows_nothing_of_the_clip():
    drawn = [other_movements(np.random.default_rng(i), 40) for i in range(700)]
    named = [m[0].emotion if m else 'neutral' for m in drawn]
    counts = [named.count(e) for e in EMOTIONS]
    assert 70 < min(counts) and max(counts) < 130
    # The same person and length, another label: the same sound.
    clips = [make_clip(0, 4, 'angry', 2), make_clip(0, 4, 'sad', 2)]
    length = min(map(len, clips))
    for clip in clips:
        for name in ('intensity', 'blink'):
            object.__setattr__(clip, name, getattr(clip, name)[:length])
    first, second = (clip_sound(c, (0, 4), 'other').samples for c in clips)
    np.testing.assert_array_equal(first, second)


def test_short_clips_have_a_sound_too():
    for length in (1, 2, 5):
        assert len(speak('happy', length=length)) == round(length / 25 * RATE)
        other_movements(np.random.default_rng(0), length)
