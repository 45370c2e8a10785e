"""The score of a result on a drawn film, compared with values by hand."""

import pytest

from tgdfer_mm.evaluation.film_score import score_film


def result(*tracks):
    return dict(
        tracks=[
            dict(
                start=start,
                end=end,
                frames=dict(box=[[x, 0, x + 10, 10]]),
                intervals=[dict(start=a, end=b, emotion=e) for a, b, e in intervals],
            )
            for start, end, x, intervals in tracks
        ]
    )


TRUTH = dict(
    tracks=[
        dict(
            start=0,
            end=10,
            box=[0, 0, 50, 50],
            episodes=[
                dict(start=1, end=3, emotion='happy'),
                dict(start=5, end=7, emotion='sad'),
            ],
        )
    ]
)


@pytest.mark.parametrize(
    ('tracks', 'found', 'false'),
    [
        ([(0, 10, 5, [(1, 3, 'happy'), (5, 7, 'sad')])], 2, 0),
        ([(0, 10, 5, [(2, 4, 'happy')])], 0, 1),  # a third of overlap
        ([(0, 10, 5, [(1.6, 3.2, 'happy')])], 1, 0),
        ([(0, 10, 5, [(1, 3, 'sad')])], 0, 1),  # another emotion
        ([(0, 10, 80, [(1, 3, 'happy')])], 0, 1),  # another person
        ([(0, 4, 5, [(1, 3, 'happy')]), (4, 10, 5, [(5, 7, 'sad')])], 2, 0),
        ([(0, 10, 5, [(1, 2, 'happy'), (2, 3, 'happy')])], 1, 1),
    ],
)
def test_the_score_by_hand(tracks, found, false):
    score = score_film(result(*tracks), TRUTH)
    assert (score['episodes'], score['episodes_found']) == (2, found)
    assert score['false_intervals'] == false
    assert len(score['missed']) == 2 - found
    assert len(score['false']) == false


def test_the_false_intervals_are_listed():
    wrong = (5, 7, 'happy')
    score = score_film(result((0, 10, 5, [(1, 3, 'happy'), wrong])), TRUTH)
    assert score['false'] == [dict(start=5, end=7, emotion='happy')]
    assert score['missed'] == [dict(start=5, end=7, emotion='sad')]


@pytest.mark.parametrize(('end', 'found'), [(4.9, 0), (5.1, 1)])
def test_a_track_is_found_from_half_of_its_time(end, found):
    assert score_film(result((0, end, 5, [])), TRUTH)['tracks_found'] == found


def test_every_true_track_is_counted():
    two = dict(tracks=[*TRUTH['tracks'], dict(TRUTH['tracks'][0], box=[60, 0, 90, 50])])
    score = score_film(result((0, 10, 5, []), (0, 10, 70, [])), two)
    assert (score['tracks'], score['tracks_found'], score['episodes']) == (2, 2, 4)
