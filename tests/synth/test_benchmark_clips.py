"""Clips of the benchmark: properties of the levels, and no shortcuts to the label."""

import numpy as np
import pytest

from tgdfer_mm.synth.benchmark_clips import make_benchmark_clip
from tgdfer_mm.synth.clips import APEX_THRESHOLD, EMOTIONS
from tgdfer_mm.synth.levels import DYNAMICS, load_level, sample_length

LEVELS = ('easy', 'hard', 'very_hard')


def clips(level, count=140, **kwargs):
    classes = load_level(level).classes
    return [
        make_benchmark_clip(
            load_level(level), 0, n, classes[n % len(classes)], n, **kwargs
        )
        for n in range(count)
    ]


CLIPS = {level: clips(level) for level in LEVELS}


@pytest.mark.parametrize('level', LEVELS)
def test_apex_is_as_long_as_the_level_says(level):
    low, high = load_level(level).apex_share
    for clip in CLIPS[level]:
        if clip.label != 'neutral':
            apex = int((clip.intensity >= APEX_THRESHOLD).sum())
            assert max(2, np.floor(low * len(clip))) <= apex
            assert apex <= max(2, np.ceil(high * len(clip)))


@pytest.mark.parametrize('level', LEVELS)
def test_distractors_are_other_shorter_and_never_over_the_apex(level):
    low, high = load_level(level).distractors
    for clip in CLIPS[level]:
        own = clip.label != 'neutral'
        others = clip.movements[own:]
        assert len(others) <= high
        apex = clip.intensity >= APEX_THRESHOLD
        for movement in others:
            moves = movement.intensity > 0
            assert movement.emotion not in (clip.label, 'neutral')
            if own:
                assert moves.sum() < max(apex.sum(), 2)
                assert not (moves & apex).any()
    counts = [len(c.movements) - (c.label != 'neutral') for c in CLIPS[level]]
    assert np.mean(counts) > low * 0.8


def test_levels_grow_harder():
    def mean(level, what):
        return np.mean([what(c) for c in CLIPS[level] if c.label != 'neutral'])

    for what in (
        lambda c: -np.mean(c.intensity >= APEX_THRESHOLD),
        lambda c: max((m.intensity.max() for m in c.movements[1:]), default=0),
        lambda c: c.occluder is not None,
        lambda c: -c.jpeg_quality,
        lambda c: abs(c.nuisances[0].yaw),
    ):
        values = [mean(level, what) for level in LEVELS]
        assert values == sorted(values) and values[0] < values[-1]


def test_a_style_changes_the_look_and_nothing_else():
    drawn, sketch = clips('hard', 3), clips('hard', 3, style='sketch')
    for a, b in zip(drawn, sketch, strict=True):
        assert (a.intensity == b.intensity).all() and a.occluder == b.occluder
        grey = b.draw(0, 32)
        assert (grey[..., 0] == grey[..., 1]).all()
        assert np.abs(a.draw(0, 32).astype(int) - grey).mean() > 5


def test_lengths_follow_the_benchmark():
    rng = np.random.default_rng(0)
    drawn = np.array([sample_length(rng, 'ferv39k') for _ in range(4000)])
    assert drawn.min() >= 8 and drawn.max() <= 47
    assert abs(np.median(drawn) - 28) <= 1
    assert 0.08 < (drawn < 16).mean() < 0.14  # 10.4 % of FERV39k


@pytest.mark.parametrize('pair', [(0, 1), (2, 3), (4, 5)])
def test_dynamics_pairs_are_each_other_reversed(pair):
    """The emotions' mean curves of one class are those of the other, backwards."""
    names = list(DYNAMICS)
    level = load_level('dynamics')

    def profile(name):
        curves = {}
        for n in range(120):
            for m in make_benchmark_clip(level, 0, n, name, n).movements:
                x = np.linspace(0, 1, len(m.intensity))
                at = np.interp(np.linspace(0, 1, 9), x, m.intensity)
                curves.setdefault(m.emotion, []).append(at)
        wanted = [e for e in DYNAMICS[name] if e]
        return {e: np.mean(curves[e], axis=0) for e in wanted}

    first, second = profile(names[pair[0]]), profile(names[pair[1]])
    assert set(first) == set(second)
    for emotion, curve in first.items():
        assert np.abs(curve - second[emotion][::-1]).max() < 0.06
        assert np.abs(curve - second[emotion]).max() > 0.5


def test_classes_of_a_level():
    assert load_level('hard').classes == EMOTIONS
    assert load_level('dynamics').classes == tuple(DYNAMICS)
    with pytest.raises(ValueError, match="no 'happy'"):
        make_benchmark_clip(load_level('dynamics'), 0, 1, 'happy', 0)
    with pytest.raises(ValueError, match='impossible'):
        load_level('impossible')
