"""Clips: the frames of the expression, distractors and blinks."""

import numpy as np
import pytest

from tgdfer_mm.synth.clips import (
    APEX_SHARE,
    APEX_THRESHOLD,
    EMOTIONS,
    LENGTHS,
    make_clip,
)

CLIPS = [make_clip(0, n, EMOTIONS[n % 7], n // 7) for n in range(210)]
EXPRESSIVE = [clip for clip in CLIPS if clip.label != 'neutral']


def test_a_clip_depends_on_its_arguments_only():
    make_clip(0, 1, 'sad', 1)
    first, second = make_clip(5, 9, 'fear', 2), make_clip(5, 9, 'fear', 2)
    for t in (0, len(first) // 2):
        assert first.draw(t, 32).tobytes() == second.draw(t, 32).tobytes()
    other = make_clip(6, 9, 'fear', 2)
    assert first.draw(0, 32).tobytes() != other.draw(0, 32).tobytes()


def test_apex_share_of_every_expressive_clip():
    for clip in EXPRESSIVE:
        share = np.mean(clip.intensity >= APEX_THRESHOLD)
        assert APEX_SHARE[0] <= share <= APEX_SHARE[1]


def test_expression_rises_once_from_neutral_and_falls_back():
    for clip in EXPRESSIVE:
        apex = np.flatnonzero(clip.intensity >= APEX_THRESHOLD)
        assert (np.diff(apex) == 1).all()
        before, after = clip.intensity[: apex[0]], clip.intensity[apex[-1] + 1 :]
        assert (np.diff(before) >= 0).all() and (np.diff(after) <= 0).all()
        assert clip.intensity.max() <= 1
        assert clip.intensity[[0, -1]].max() < APEX_THRESHOLD


def test_distractors_are_other_weaker_shorter_and_elsewhere():
    for clip in CLIPS:
        own = clip.label != 'neutral'
        distractors = clip.movements[own:]
        assert distractors
        for movement in distractors:
            assert movement.emotion not in (clip.label, 'neutral')
            if own:
                apex = clip.intensity >= APEX_THRESHOLD
                moves = movement.intensity > 0
                assert movement.intensity.max() < clip.intensity.max()
                assert moves.sum() < apex.sum()
                assert not (moves & apex).any()


def test_neutral_clips_have_no_expressive_frame():
    for clip in CLIPS:
        if clip.label == 'neutral':
            assert not clip.intensity.any()


def test_lengths_and_frames_agree():
    lengths = {len(clip) for clip in CLIPS}
    assert min(lengths) >= LENGTHS[0] and max(lengths) <= LENGTHS[1]
    assert len(lengths) > 10
    assert len(list(CLIPS[0].frames(16))) == len(CLIPS[0])


def test_the_labelled_units_are_strongest_at_the_apex():
    for clip in EXPRESSIVE[:40]:
        peak = int(clip.intensity.argmax())
        for name, value in clip.movements[0].units.items():
            assert clip.units(peak)[name] >= 0.8 * value
            assert clip.units(0).get(name, 0) <= 0.6 * value


def test_unknown_emotion_is_named():
    with pytest.raises(ValueError, match="'bored'"):
        make_clip(0, 1, 'bored', 0)
