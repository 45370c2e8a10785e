"""Intervals of several emotions in films, against loops and mmaction2's own metric."""

import json

import numpy as np
import pytest
import torch
from mmaction.evaluation import ActivityNetLocalization
from mmaction.structures import ActionDataSample
from mmengine.evaluator import Evaluator

from tgdfer_mm.datasets.film_files import Film, Stretch, film_entry
from tgdfer_mm.datasets.text_files import DataError
from tgdfer_mm.evaluation import LocalisationMetric
from tgdfer_mm.evaluation.localisation import IOUS, score_intervals

CLASSES = ('happy', 'sad', 'fear')
SECONDS, FRAMES = 10.0, 50


def film(name, *episodes):
    parts = tuple(Stretch(*episode) for episode in episodes)
    return Film(name, SECONDS, FRAMES, tuple(sorted({p.what for p in parts})), parts)


FILMS = [
    film('a', (1.0, 3.0, 'happy'), (5.0, 7.0, 'happy'), (8.0, 9.0, 'sad')),
    film('b', (0.0, 2.0, 'sad')),
    film('c', (4.0, 8.0, 'happy')),
    film('d'),
]


def true_scores(one):
    """1 where an emotion is shown, (FRAMES, K)."""
    middle = (np.arange(FRAMES) + 0.5) * SECONDS / FRAMES
    scores = np.zeros((FRAMES, len(CLASSES)))
    for start, end, what in one.episodes:
        scores[(middle >= start) & (middle < end), CLASSES.index(what)] = 1
    return scores


def noisy_scores(one):
    rng = np.random.default_rng([3, *one.name.encode()])
    return 0.3 * true_scores(one) + 0.7 * rng.random((FRAMES, len(CLASSES)))


def sample(one, scores, **meta):
    made = ActionDataSample()
    made.set_pred_score(torch.tensor(scores).max(0).values.float())
    made.set_field(torch.tensor(scores), 'instance_scores')
    meta = dict(dict(total_frames=FRAMES, num_valid=FRAMES), **meta)
    made.set_metainfo(dict(clip=one.name, frame_inds=np.arange(FRAMES), **meta))
    return made


@pytest.fixture
def ann_file(tmp_path):
    path = tmp_path / 'films.json'
    path.write_text(json.dumps(dict(map(film_entry, FILMS))))
    return str(path)


def evaluate(samples, ann_file, **kwargs):
    metric = LocalisationMetric(ann_file, **kwargs)
    evaluator = Evaluator([metric])
    evaluator.dataset_meta = dict(classes=CLASSES)
    evaluator.process(samples)
    return evaluator.evaluate(len(samples)), metric.last_result


def test_the_truth_as_scores_is_found_whole(ann_file):
    samples = [sample(one, true_scores(one)) for one in FILMS]
    # Found exactly: nothing averages over the borders.
    got, result = evaluate(samples, ann_file, intervals=dict(smooth=0))
    assert got == {f'film/{name}': 1.0 for name in result if name not in NOT_FIGURES}
    assert result['AP'] == dict(happy=[1.0] * 5, sad=[1.0] * 5, fear=None)


NOT_FIGURES = ('AP', 'damaged')


@pytest.mark.parametrize('proposals', ['scores', 'whole', 'random'])
def test_interpolated_means_are_those_of_mmaction2_on_the_same_files(
    ann_file, tmp_path, proposals
):
    out = str(tmp_path / 'found.json')
    samples = [sample(one, noisy_scores(one)) for one in FILMS]
    got, _ = evaluate(samples, ann_file, out_file=out, proposals=proposals)
    theirs = ActivityNetLocalization(ann_file, out, np.array(IOUS))
    means, _ = theirs.evaluate()
    ours = [got[f'film/ANet_mAP@{iou}'] for iou in IOUS]
    assert ours == pytest.approx(means.tolist(), abs=1e-12)
    assert proposals != 'scores' or 0 < ours[-1] < ours[0]


def random_rows(rng, count, score=True):
    rows = []
    for _ in range(count):
        start = rng.uniform(0, 8)
        rows.append([rng.integers(2), start, start + rng.uniform(0.5, 4), rng.random()])
    return np.array(rows).reshape(-1, 4)[:, : 4 if score else 3]


def loop_ap(predicted, true, iou):
    """Precision at each hit, down the ranking, over the number of true ones."""
    ranking = sorted(
        ((score, name, start, end) for name, rows in predicted.items()
         for start, end, score in rows),
        reverse=True,
    )  # fmt: skip
    left = {name: [tuple(row) for row in rows] for name, rows in true.items()}
    total, hits, gained = sum(map(len, true.values())), 0, 0.0
    for rank, (_, name, start, end) in enumerate(ranking, 1):
        fits = [(overlap(start, end, *t), t) for t in left[name]]
        if fits and max(fits)[0] >= iou:
            left[name].remove(max(fits)[1])
            hits += 1
            gained += hits / rank
    return gained / total, hits, total


def overlap(a, b, c, d):
    both = max(0.0, min(b, d) - max(a, c))
    return both / (b - a + d - c - both)


@pytest.mark.parametrize('seed', range(4))
def test_plain_means_recall_and_f2_are_those_of_a_loop(seed):
    rng = np.random.default_rng(seed)
    ranked = [random_rows(rng, 12) for _ in range(5)]
    true = [random_rows(rng, 3, score=False) for _ in range(5)]
    got = score_intervals(ranked, ranked, true, 3)
    for iou in IOUS:
        aps, hits, total = [], 0, 0
        for k in (0, 1):
            of_class = [
                {i: rows[rows[:, 0] == k, 1:] for i, rows in enumerate(each)}
                for each in (ranked, true)
            ]
            ap, found, count = loop_ap(*of_class, iou)
            aps.append(ap)
            hits, total = hits + found, total + count
        precision, recall = hits / 60, hits / total
        assert got[f'mAP@{iou}'] == pytest.approx(np.mean(aps))
        assert got[f'ANet_mAP@{iou}'] >= got[f'mAP@{iou}'] - 1e-9
        assert got[f'recall@{iou}'] == pytest.approx(recall)
        f2 = 5 * precision * recall / (4 * precision + recall)
        assert got[f'F2@{iou}'] == pytest.approx(f2)
    low = [got['mAP@0.1'], got['mAP@0.2'], got['mAP@0.3']]
    assert got['mAP_low'] == pytest.approx(np.mean(low))
    assert got['AP'][2] is None


def test_whole_films_and_random_places_are_worth_less(ann_file):
    samples = [sample(one, true_scores(one)) for one in FILMS]
    whole, _ = evaluate(samples, ann_file, proposals='whole')
    assert whole['film/mAP@0.5'] == whole['film/F2@0.5'] == 0
    assert 0 < whole['film/mAP@0.1'] < 1
    first, _ = evaluate(samples, ann_file, proposals='random')
    again, _ = evaluate(samples[::-1], ann_file, proposals='random')
    # Scores of 0 and 1 tie, and ActivityNet's form takes ties in the films' order.
    plain = [name for name in first if 'ANet' not in name]
    assert all(first[name] == again[name] for name in plain)
    assert first['film/mAP@0.7'] < 1


def test_a_film_that_cannot_be_read_lowers_recall(ann_file):
    samples = [sample(one, true_scores(one)) for one in FILMS]
    samples[0].set_metainfo(dict(damaged='gone', total_frames=0))
    got, result = evaluate(samples, ann_file, intervals=dict(smooth=0))
    assert got['film/recall@0.5'] == pytest.approx(2 / 5)
    assert result['damaged'] == [dict(clip='a', reason='gone')]


def test_without_any_episode_there_is_no_figure(tmp_path):
    path = tmp_path / 'films.json'
    path.write_text(json.dumps(dict([film_entry(FILMS[3])])))
    got, result = evaluate([sample(FILMS[3], noisy_scores(FILMS[3]))], str(path))
    assert got == {} and result['mAP_low'] is None


@pytest.mark.parametrize(
    ('wrong', 'says'),
    [
        (dict(clip='z'), 'film z is not in the file'),
        (dict(total_frames=49), 'has 50 frames there'),
    ],
)
def test_films_that_disagree_with_the_file_are_refused(ann_file, wrong, says):
    made = sample(FILMS[0], true_scores(FILMS[0]))
    made.set_metainfo(wrong)
    with pytest.raises(DataError, match=says):
        evaluate([made], ann_file)


def test_episodes_of_unknown_classes_and_unknown_proposals_are_refused(
    ann_file, tmp_path
):
    path = tmp_path / 'other.json'
    path.write_text(json.dumps(dict([film_entry(film('a', (1.0, 2.0, 'joy')))])))
    with pytest.raises(DataError, match="film 'a': unknown class 'joy'"):
        evaluate([sample(FILMS[0], true_scores(FILMS[0]))], str(path))
    with pytest.raises(ValueError, match="proposals='best'"):
        LocalisationMetric(ann_file, proposals='best')
    bad = sample(FILMS[0], np.full((FILMS[0].frames, 3), np.nan))
    with pytest.raises(ValueError, match='not finite'):
        evaluate([bad], ann_file)
