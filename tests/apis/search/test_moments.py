"""Moments: the best stretches, each once."""

from pathlib import Path

import numpy as np
import pytest

from tgdfer_mm.apis.search.kept_features import FRAMES, KeptVideo
from tgdfer_mm.apis.search.moments import (
    cosines_of,
    find_moments,
    medians_of,
    owners_of,
    scores_of,
)

STEP = 0.2


def video(name, *lengths):
    """A video whose tracks have so many frames, from time 0 on each."""
    rows = [
        (track, i * STEP, i, (10 * track, 0, 10 * track + 8, 8))
        for track, length in enumerate(lengths, 1)
        for i in range(length)
    ]
    return KeptVideo(Path(name), {}, np.array(rows, FRAMES), np.empty((len(rows), 0)))


def bump(length, *places, width=3, height=0.5):
    at = np.arange(length)
    parts = [height * np.exp(-(((at - place) / width) ** 2)) for place in places]
    return 0.1 + np.max([np.zeros(length), *parts], axis=0)


def test_the_median_is_that_of_the_track():
    rng = np.random.default_rng(0)
    lengths = [1, 2, 5, 8]
    values = [rng.normal(size=n) for n in lengths]
    owners = np.repeat(np.arange(4), lengths)
    wanted = [
        np.full(n, np.sort(v)[(n - 1) // 2])
        for n, v in zip(lengths, values, strict=True)
    ]
    np.testing.assert_array_equal(
        medians_of(np.concatenate(values), owners), np.concatenate(wanted)
    )


def test_tracks_are_numbered_on_over_videos():
    videos = [video('a', 2, 1), video('b'), video('c', 1, 2)]
    assert owners_of(videos).tolist() == [0, 0, 1, 2, 3, 3]
    assert owners_of([]).tolist() == []


def test_no_score_depends_on_another_track():
    rng = np.random.default_rng(1)
    one, other = rng.normal(size=6), rng.normal(size=9)
    owners = np.repeat([0, 1], [6, 9])
    both = scores_of(np.concatenate([one, other]), owners, 0.5, 2)
    alone = scores_of(one, owners[:6], 0.5, 2)
    np.testing.assert_allclose(both[:6], alone)


def test_what_a_face_always_looks_like_counts_for_nothing_without_its_median():
    values = bump(20, 10)
    owners = np.zeros(20, int)
    one, other = (scores_of(values + shift, owners, 1.0) for shift in (0.0, 0.3))
    np.testing.assert_allclose(one, other)


def test_an_episode_with_two_tops_is_one_moment_and_two_episodes_are_two():
    found = find_moments('x', [video('a', 60)], bump(60, 10, 13, 40), 10, passes=0)
    assert [round(m.time / STEP) for m in found[:2]] in ([10, 40], [13, 40], [40, 10])
    tops = [m for m in found if m.score > 0.3]
    assert len(tops) == 2
    first = min(tops, key=lambda m: m.time)
    assert first.start <= 10 * STEP < 13 * STEP <= first.end


def test_two_faces_at_one_time_are_two_moments():
    values = np.concatenate([bump(30, 15), bump(30, 15, height=0.4)])
    found = find_moments('x', [video('a', 30, 30)], values, 2)
    assert [(m.rank, m.track) for m in found] == [(1, 1), (2, 2)]
    assert [m.box[0] for m in found] == [10, 20]
    assert found[0].score > found[1].score


@pytest.mark.parametrize('seed', range(5))
def test_moments_of_a_face_are_apart_and_descend(seed):
    rng = np.random.default_rng(seed)
    videos = [video('a', 40, 3), video('b', 1, 90)]
    values = rng.normal(size=134)
    found = find_moments('x', videos, values, 50, apart=1.0)
    assert len(found) > 4
    scores = [m.score for m in found]
    assert scores == sorted(scores, reverse=True)
    for i, one in enumerate(found):
        assert one.start <= one.time <= one.end
        for other in found[i + 1 :]:
            if (one.video, one.track) == (other.video, other.track):
                gap = max(other.time - one.end, one.start - other.time)
                assert gap > 1 - 1e-6


def test_no_frame_is_no_moment():
    assert find_moments('x', [], np.empty(0), 5) == []


def test_blocks_give_the_plain_product(monkeypatch):
    monkeypatch.setattr('tgdfer_mm.apis.search.moments._BLOCK', 4)
    rng = np.random.default_rng(0)
    features, texts = rng.normal(size=(10, 6)), rng.normal(size=(2, 6))
    features = features.astype(np.float16)
    kept = KeptVideo(Path('a'), {}, np.empty(10, FRAMES), features)
    np.testing.assert_allclose(
        cosines_of(kept, texts.astype('f4')), features @ texts.T, rtol=1e-3, atol=1e-3
    )
