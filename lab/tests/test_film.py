"""A drawn film is what its truth says."""

import json
from dataclasses import replace

import numpy as np
import pytest

from lab.film import Film, FilmSpec, write_film
from tgdfer_mm.sound.reading import RATE, read_sound
from tgdfer_mm.synth.action_units import emotion_prototypes
from tgdfer_mm.video.reading import open_source

SPEC = FilmSpec(seed=3, width=64, fps=10, shot=4.0, empty=1.0)
SHOTS = [(0, 4), (4, 5), (5, 9)]  # seconds


def test_the_same_spec_is_the_same_film_and_another_seed_is_another():
    first, again = (list(Film(SPEC).frames()) for _ in range(2))
    assert len(first) == len(Film(SPEC)) == 90
    np.testing.assert_array_equal(first, again)
    other = FilmSpec(**{**vars(SPEC), 'seed': 4})
    assert Film(other).truth() != Film(SPEC).truth()


def test_the_file_has_the_film_and_the_truth_beside_it(tmp_path):
    truth = write_film(tmp_path / 'film.mp4', SPEC)
    assert json.loads((tmp_path / 'film.truth.json').read_text()) == truth
    assert 'SYNTHETIC' in truth['notice']
    with open_source(tmp_path / 'film.mp4') as source:
        pictures = [frame.rgb for frame in source]
    assert (source.info.width, source.info.height) == (64, 36)
    drawn = list(Film(SPEC).frames())
    assert len(pictures) == len(drawn)
    assert np.abs(pictures[0].astype(int) - drawn[0]).mean() < 8


def test_two_people_swap_sides_after_a_stretch_without_anybody():
    tracks = Film(SPEC).truth()['tracks']
    assert [(t['person'], t['start'], t['end'], t['box'][0]) for t in tracks] == [
        (0, 0.0, 4.0, 0),
        (1, 0.0, 4.0, 32),
        (1, 5.0, 9.0, 0),
        (0, 5.0, 9.0, 32),
    ]
    room = list(Film(SPEC).frames())[40:50]
    assert np.ptp(np.array(room), axis=0).max() == 0


@pytest.mark.parametrize('seed', range(5))
def test_an_episode_is_when_the_face_truly_moves(seed):
    film = Film(FilmSpec(seed=seed, width=64))
    start = 0
    for (length, actors), shot in zip(film.shots, (0, None, 1), strict=True):
        for place, actor in enumerate(actors):
            track = film.truth()['tracks'][2 * shot + place]
            inside = np.zeros(length, bool)
            for episode, movement in zip(
                track['episodes'], actor.movements, strict=True
            ):
                first, stop = (
                    round(episode[key] * 25) - start for key in ('start', 'end')
                )
                assert (movement.intensity[first:stop] >= 0.5).all()
                assert not inside[first:stop].any()  # one after another
                inside[first:stop] = True
                assert 0 < first and stop < length
                wanted = emotion_prototypes()[movement.emotion]
                assert set(actor.units(first)) >= set(min(wanted, key=len)) & set(
                    movement.units
                )
            shown = sum(m.intensity >= 0.5 for m in actor.movements) > 0
            np.testing.assert_array_equal(inside, shown)
        start += length


def test_one_person_of_each_shot_is_heard(tmp_path):
    kinds = {}
    for kind in ('true', 'other'):
        spec = replace(SPEC, sound=kind)
        sound = kinds[kind] = Film(spec).sound()
        assert sound.seconds == 9.0
        levels = [np.abs(sound.samples[a * RATE : b * RATE]).max() for a, b in SHOTS]
        assert min(levels[::2]) > 0.05 and levels[1] == 0
        speaks = [track['speaks'] for track in Film(spec).truth()['tracks']]
        assert sorted(speaks[:2]) == sorted(speaks[2:]) == [False, True]
    assert (kinds['true'].samples != kinds['other'].samples).any()
    assert (
        Film(SPEC).sound() is None and 'speaks' not in Film(SPEC).truth()['tracks'][0]
    )


def test_the_sound_of_a_film_is_in_its_file(tmp_path):
    spec = replace(SPEC, shot=1.0, empty=0.2, sound='true')
    write_film(tmp_path / 'film.mp4', spec)
    read = read_sound(tmp_path / 'film.mp4')
    assert read.seconds == 2.2 and read.notes == ()
    same = np.corrcoef(read.samples, Film(spec).sound().samples)[0, 1]
    assert same > 0.9  # in time, through AAC


@pytest.mark.parametrize(
    'wrong',
    [dict(width=100), dict(fps=0), dict(shot=0), dict(seed=-1), dict(sound='no')],
)
def test_what_cannot_be_drawn_is_refused(wrong):
    with pytest.raises(ValueError):
        FilmSpec(**wrong)
