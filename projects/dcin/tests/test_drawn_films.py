"""Drawn films agree with their annotations; training files hold no episodes."""

import json

import numpy as np
import pytest

from projects.dcin import drawn_films
from projects.dcin.drawn_films import CLASSES, FPS, make_film, shuffle_captions
from tgdfer_mm.datasets.film_files import read_films
from tgdfer_mm.synth.clips import APEX_THRESHOLD


@pytest.mark.parametrize('number', range(6))
def test_an_episode_is_when_an_emotion_of_the_film_truly_shows(number):
    clip, film = make_film(3, number)
    assert 64 <= len(clip) == film.frames <= 256
    assert film.seconds == len(clip) / FPS
    shown = {name: np.zeros(len(clip), bool) for name in CLASSES}
    for movement in clip.movements:
        if movement.emotion in film.labels:
            shown[movement.emotion] |= movement.intensity >= APEX_THRESHOLD
    expected = {name: np.zeros(len(clip), bool) for name in CLASSES}
    for start, end, what in film.episodes:
        expected[what][round(start * FPS) : round(end * FPS)] = True
    for name in CLASSES:
        np.testing.assert_array_equal(shown[name], expected[name])
    shortest = min(end - start for start, end, _ in film.episodes)
    others = [m for m in clip.movements if m.emotion not in film.labels]
    assert all((m.intensity > 0).sum() / FPS < shortest for m in others)


def test_the_same_numbers_are_the_same_film():
    assert make_film(3, 1).film == make_film(3, 1).film != make_film(4, 1).film


def test_shuffled_captions_are_those_of_another_film_in_its_own_time():
    films = [make_film(3, number).film for number in range(5)]
    shuffled = shuffle_captions(films, 0)
    texts = [[part.what for part in film.captions] for film in films]
    for before, after in zip(films, shuffled, strict=True):
        own = [part.what for part in after.captions]
        assert own in texts and own != [part.what for part in before.captions]
        assert all(part.end <= after.seconds + 1e-9 for part in after.captions)
        assert after._replace(captions=()) == before._replace(captions=())
    with pytest.raises(ValueError, match='one film'):
        shuffle_captions(films[:1], 0)


def test_captions_name_no_emotion():
    words = {part.what for n in range(9) for part in make_film(3, n).film.captions}
    assert words and not any(name in text for text in words for name in CLASSES)


def test_training_files_have_no_episodes_and_no_tested_film(tmp_path, monkeypatch):
    monkeypatch.setattr(drawn_films, 'LENGTHS', (48, 50))
    drawn_films.write_films(tmp_path, seed=0, count=3, folds=3, size=32)
    tested = read_films(tmp_path / 'test_2.json')
    assert list(tested) == ['0001'] and tested['0001'].episodes
    for name in ('train_2', 'train_2_shuffled'):
        trained = read_films(tmp_path / f'{name}.json')
        assert list(trained) == ['0000', '0002']
        assert not any(film.episodes for film in trained.values())
        assert all(film.labels for film in trained.values())
    frames = list((tmp_path / 'frames/0001').iterdir())
    assert len(frames) == tested['0001'].frames
    before = (tmp_path / 'train_1.json').stat().st_mtime_ns
    drawn_films.write_films(tmp_path, seed=0, count=3, folds=3, size=32)
    assert (tmp_path / 'train_1.json').stat().st_mtime_ns == before
    json.loads((tmp_path / 'train_1.json').read_text())
