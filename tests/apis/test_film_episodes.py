"""The model's own synthetic domain: who shows what when, on films never tuned on."""

import pytest

from lab.film import FilmSpec, write_film
from tgdfer_mm.apis import DFERInferencer
from tgdfer_mm.evaluation.film_score import score_film


@pytest.mark.slow
def test_four_fifths_of_the_episodes_are_found(demo, tmp_path):
    inferencer = DFERInferencer(demo, show_progress=False)
    total = dict(tracks=0, tracks_found=0, episodes=0, episodes_found=0)
    for seed in range(1, 5):
        path = tmp_path / f'{seed}.mp4'
        truth = write_film(path, FilmSpec(seed=seed))
        [result] = inferencer.iterate(path)
        score = score_film(result, truth)
        total = {name: value + score[name] for name, value in total.items()}
    print(total)
    assert total['tracks_found'] == total['tracks'] == 16
    assert total['episodes_found'] >= 0.8 * total['episodes']
