"""The model's own synthetic domain: who shows what when, on films never tuned on."""

import pytest

from lab.film import FilmSpec, write_film
from tgdfer_mm.apis import DFERInferencer
from tgdfer_mm.evaluation.film_score import score_film


@pytest.mark.slow
def test_nine_tenths_of_the_episodes_are_found_and_few_intervals_are_false(
    demo, tmp_path
):
    inferencer = DFERInferencer(demo, show_progress=False)
    names = 'tracks', 'tracks_found', 'episodes', 'episodes_found'
    total = dict.fromkeys((*names, 'intervals', 'false_intervals'), 0)
    for seed in range(1, 5):
        path = tmp_path / f'{seed}.mp4'
        truth = write_film(path, FilmSpec(seed=seed))
        [result] = inferencer.iterate(path)
        score = score_film(result, truth)
        total = {name: value + score[name] for name, value in total.items()}
    print(total)
    assert total['tracks_found'] == total['tracks'] == 16
    assert total['episodes_found'] >= 0.9 * total['episodes']
    assert total['false_intervals'] <= 0.1 * total['intervals']
