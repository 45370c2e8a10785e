"""Films are read once; intervals are found again in the scores that are kept."""

import copy
import json

from lab import film_reading
from lab.film import FilmSpec
from lab.tools import film_intervals
from lab.tools.film_intervals import find_again
from tgdfer_mm.video.intervals import IntervalRule
from tgdfer_mm.video.settings import VideoSettings


class Inferencer:
    """Finds one happy track in everything, and counts what it reads."""

    settings = VideoSettings()
    about = dict(sha256='0')

    def __init__(self):
        self.read = []

    def iterate(self, film):
        self.read.append(film.name)
        times = [i / 10 for i in range(20)]
        scores = [[0.9, 0.1] if 5 <= i < 15 else [0.1, 0.9] for i in range(20)]
        scores[0] = None
        yield dict(
            model=dict(classes=['happy', 'neutral']),
            tracks=[dict(end=1.9, frames=dict(time=times, scores=scores))],
        )


def test_intervals_are_found_again_by_any_rule():
    [result] = Inferencer().iterate(film_intervals.Path('7.mp4'))
    find_again(result, IntervalRule(smooth=0))
    [interval] = result['tracks'][0]['intervals']
    assert interval == dict(start=0.5, end=1.5, emotion='happy', score=0.9)
    find_again(result, IntervalRule(smooth=0, threshold=0.95))
    assert result['tracks'][0]['intervals'] == []


def test_a_film_is_drawn_once_and_read_once_for_each_way_of_reading(
    tmp_path, monkeypatch
):
    drawn = []

    def write_film(path, spec):
        drawn.append(spec)
        path.with_suffix('.truth.json').write_text(json.dumps(dict(tracks=[])))

    monkeypatch.setattr(film_reading, 'write_film', write_film)
    inferencer = Inferencer()
    first = film_intervals.read_film(inferencer, 7, tmp_path)
    kept = copy.deepcopy(first)
    assert film_intervals.read_film(inferencer, 7, tmp_path) == kept
    inferencer.settings = VideoSettings(intervals=IntervalRule(threshold=0.3))
    film_intervals.read_film(inferencer, 7, tmp_path)
    assert (drawn, inferencer.read) == ([FilmSpec(seed=7)], ['7.mp4'])
    inferencer.settings = VideoSettings(every_seconds=0.1)
    film_intervals.read_film(inferencer, 7, tmp_path)
    assert (drawn, inferencer.read) == ([FilmSpec(seed=7)], ['7.mp4'] * 2)
