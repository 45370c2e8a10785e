"""The thirty videos of the tutorial are cut as somebody would cut them."""

from collections import Counter
from pathlib import Path
from runpy import run_path

import numpy as np
import pytest

from lab.film import Film, FilmSpec

MAKE = run_path(str(Path(__file__).with_name('make_videos.py')))


@pytest.fixture(scope='module')
def chosen():
    return MAKE['choose']()


def test_ten_cuts_of_three_emotions_come_from_all_six_films(chosen):
    assert {emotion: len(cuts) for emotion, cuts in chosen.items()} == {
        'happy': 10,
        'surprise': 10,
        'angry': 10,
    }
    films = [cut.film.spec.seed for cuts in chosen.values() for cut in cuts]
    assert set(films) == set(range(9001, 9007))
    people = Counter(id(cut.actor.identity) for cuts in chosen.values() for cut in cuts)
    assert max(people.values()) > 1


def test_a_cut_shows_one_whole_episode_between_two_rests(chosen):
    for emotion, cuts in chosen.items():
        for cut in cuts:
            assert 0 <= cut.start < cut.stop <= len(cut.actor.nuisances)
            peaks = {
                movement.emotion: movement.intensity[cut.start : cut.stop]
                for movement in cut.actor.movements
                if movement.intensity[cut.start : cut.stop].max() > 0
            }
            assert list(peaks) == [emotion]
            curve = peaks[emotion]
            assert curve.max() >= 0.8
            assert max(curve[0], curve[-1]) == 0


def test_a_cut_is_what_the_film_shows_there(chosen):
    cut = chosen['happy'][0]
    film = Film(FilmSpec(seed=cut.film.spec.seed))
    [(place, _)] = [
        (place, actor)
        for place, actor in enumerate(film.shots[0][1])
        if actor.identity == cut.actor.identity
    ]
    first_shot = any(actor is cut.actor for actor in cut.film.shots[0][1])
    assert first_shot
    frames = film.frames()
    for _ in range(cut.start):
        next(frames)
    half = next(frames)[:, place * 160 : (place + 1) * 160]
    np.testing.assert_array_equal(half, next(cut.frames()))


def test_fewer_clips_are_the_first_of_each_film(chosen):
    few = MAKE['choose'](3)
    for emotion, cuts in few.items():
        assert [cut[2:] for cut in cuts] == [cut[2:] for cut in chosen[emotion][:3]]
        assert len({cut.film.spec.seed for cut in cuts}) == 3


def test_the_files_lie_in_folders_of_class_and_film(tmp_path):
    files = MAKE['make_videos'](tmp_path / 'mine', 1)
    found = sorted(p.relative_to(tmp_path / 'mine').as_posix() for p in files)
    assert found == [
        'angry/film9001/angry1.mp4',
        'happy/film9001/happy1.mp4',
        'surprise/film9001/surprise1.mp4',
    ]
    assert all(p.stat().st_size > 1000 for p in files)


def test_more_videos_than_there_are_and_none_are_refused(tmp_path, capsys):
    for number in ('0', '11'):
        with pytest.raises(SystemExit, match='2'):
            MAKE['main']([str(tmp_path), '--clips', number])
        assert 'give 1 to 10' in capsys.readouterr().err
    assert not list(tmp_path.iterdir())
