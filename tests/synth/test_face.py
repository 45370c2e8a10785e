"""The drawn face: the identity does not change the expression."""

import numpy as np
import pytest

from tgdfer_mm.synth.action_units import ACTION_UNITS, emotion_prototypes
from tgdfer_mm.synth.canvas import shade
from tgdfer_mm.synth.clips import EMOTIONS
from tgdfer_mm.synth.face import render_face
from tgdfer_mm.synth.identity import IDENTITY_SPACES, sample_identity
from tgdfer_mm.synth.nuisance import plain_nuisance, sample_nuisance

PEOPLE = [sample_identity('clips', 3, n) for n in range(6)]
PLAIN = plain_nuisance()


def draw(who, size=128, **aus):
    return render_face(who, aus, PLAIN, size).astype(int)


def test_same_arguments_same_bytes():
    nuisance = sample_nuisance(np.random.default_rng(0))
    first, second = (
        render_face(sample_identity('vlm', 1, 2), {'AU12': 0.7}, nuisance, 48)
        for _ in range(2)
    )
    assert first.tobytes() == second.tobytes()
    assert first.shape == (48, 48, 3) and first.dtype == np.uint8


@pytest.mark.parametrize('unit', ACTION_UNITS)
def test_every_unit_shows_and_grows(unit):
    others = {'AU25': 1.0} if unit == 'AU16' else {}  # bares teeth only when apart
    for who in PEOPLE[:3]:
        rest = draw(who, **others)
        change = [
            np.abs(draw(who, **others, **{unit: v}) - rest).sum() for v in (0.5, 1)
        ]
        assert 0 < change[0] < change[1]


def _corner_row(who, **aus):
    """Mean row of the two ends of the closed mouth's dark line, share of the height."""
    size = 256
    line = np.array(shade(who.lips, 0.45))
    on = np.abs(draw(who, size, **aus) - line).sum(-1) < 12
    on[: int(0.62 * size)] = False  # above the mouth
    columns = np.flatnonzero(on.any(0))
    ends = on[:, [*columns[:5], *columns[-5:]]]
    return np.flatnonzero(ends.any(1)).mean() / size


def test_au12_lifts_the_mouth_corners_and_au15_lowers_them():
    for who in [p for p in PEOPLE if not p.beard]:
        rest = _corner_row(who)
        heights = [_corner_row(who, AU12=v) for v in (0.3, 0.6, 1.0)]
        assert rest > heights[0] > heights[1] > heights[2]
        assert heights[2] < rest - 0.03
        assert _corner_row(who, AU15=1.0) > rest + 0.03


def _mouth_cavity(who, **aus):
    """Number of pixels of the mouth's region that are as dark as its inside."""
    mouth = draw(who, **aus)[66:110, 52:76]
    return (np.abs(mouth - np.array((70, 22, 26))).sum(-1) < 40).sum()


def test_au27_opens_a_dark_mouth():
    for who in PEOPLE:  # dark lips count in a closed mouth too
        wide = _mouth_cavity(who, AU27=1.0)
        assert wide > _mouth_cavity(who, AU27=0.5) + 20
        assert wide > _mouth_cavity(who) + 20


def test_apex_differs_from_neutral_more_than_neutral_variants_do():
    variants = emotion_prototypes()
    for who in PEOPLE[:3]:
        rest = draw(who, 64)
        calm = max(
            np.abs(draw(who, 64, **v) - rest).mean() for v in variants['neutral']
        )
        for emotion in set(EMOTIONS) - {'neutral'}:
            for units in variants[emotion]:
                assert np.abs(draw(who, 64, **units) - rest).mean() > 2 * calm


def test_prototypes_cover_the_emotions_with_several_variants():
    variants = emotion_prototypes()
    assert tuple(variants) == EMOTIONS
    for name, options in variants.items():
        assert len(options) >= 3
        if name == 'neutral':
            assert max(v for units in options for v in [0, *units.values()]) < 0.1


def test_identity_spaces_share_no_face():
    people = {
        space: {sample_identity(space, 0, n) for n in range(50)}
        for space in IDENTITY_SPACES
    }
    assert all(len(p) == 50 for p in people.values())
    assert len(set.union(*people.values())) == 50 * len(people)


@pytest.mark.parametrize('aus', [{'AU3': 0.5}, {'AU12': 1.2}, {'AU12': -0.1}])
def test_bad_units_are_named(aus):
    with pytest.raises(ValueError, match=next(iter(aus))):
        render_face(PEOPLE[0], aus, PLAIN, 32)


def test_unknown_identity_space_is_named():
    with pytest.raises(ValueError, match="'nobody'"):
        sample_identity('nobody', 0, 0)
