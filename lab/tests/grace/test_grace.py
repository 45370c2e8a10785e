"""Clips and their truth, the refiner, and a study that continues where it stopped."""

import numpy as np
import pytest
import torch

from lab.evidence.train import OtherConfigError
from lab.grace import study
from lab.grace.clips import draw_clips, patch_means
from lab.grace.page import result_lines, write_tables
from lab.grace.refiner import clean
from lab.grace.study import ARMS, measure
from lab.grace.texts import shuffled
from lab.grace.tower import GRID, SIZE, TowerOfPlaces
from lab.grace.training import Judge, contrast
from lab.grace.truth import CHANGED, truth_figures
from lab.pretraining.contrastive import normalise

SMALL = dict(
    frames=3,
    train=dict(clips=[0, 7], people=[0, 2]),
    test=dict(clips=[7, 14], people=[2, 4]),
    training=dict(epochs=1, batch=7, rate=1e-3, text_weight=0.5),
)


def made_up():
    rng = np.random.default_rng(0)
    names = ['UAR'] + [
        f'{of}_{name}'
        for of in ('frames', 'patches')
        for name in ('even', 'mass', 'auroc', 'agreement')
    ]
    return {arm: [{n: rng.random() for n in names} for _ in range(6)] for arm in ARMS}


def test_the_truth_is_where_the_face_moves():
    clips = draw_clips('easy', 900, range(7), range(2), 8, truth=True)
    assert not clips.shown[2].any()  # neutral
    shown = clips.change[clips.shown].mean(0).reshape(GRID, GRID)
    assert shown[1:3, 1:3].mean() > 4 * shown[:, [0, 3]].mean()
    assert clips.change[clips.shown].mean() > 2 * clips.change[~clips.shown].mean()


def test_a_patch_has_the_mean_of_its_own_pixels():
    change = np.zeros((1, SIZE, SIZE, 3), np.float32)
    change[0, :16, 48:] = 5
    assert patch_means(change).tolist() == [[0, 0, 0, 5] + [0] * 12]


@pytest.mark.parametrize(
    ('caption', 'text'),
    [
        ('jaw slightly lowered, relaxed brows', 'jaw dropped'),
        (
            'cheeks fully lifted, eyes narrowed and lips apart',
            'cheeks raised, lips parted',
        ),
        ('lips closed, smooth nose', 'lips closed, smooth nose'),
        ('a word of its own, jaw dropped', 'a word of its own, jaw dropped'),
    ],
)
def test_the_refiner_says_what_moves_in_one_way(caption, text):
    assert clean(caption) == text


def test_no_clip_keeps_its_own_text_when_they_are_shuffled():
    texts = {str(i): f'text {i}' for i in range(9)}
    moved = shuffled(texts, 3)
    assert sorted(moved) == sorted(texts)
    assert sorted(moved.values()) == sorted(texts.values())
    assert all(moved[clip] != texts[clip] for clip in texts)


def test_the_contrast_is_least_where_each_text_is_with_its_clip():
    text = torch.eye(3)
    own, wrong = 9 * torch.eye(3), 9 * torch.eye(3).roll(1, 0)
    assert contrast(own, text) < 0.01 < 1 < contrast(wrong, text)
    one = torch.ones(3, 2)  # one text for all: no score can do better than another
    assert contrast(torch.zeros(3, 3), one) == pytest.approx(np.log(3))


@torch.no_grad()
def test_the_places_keep_the_pictures_own_feature():
    tower, pictures = TowerOfPlaces(), torch.randint(256, (2, SIZE, SIZE, 3)).byte()
    read = tower(pictures)
    assert read.shape == (2, 1 + GRID**2, 128)
    assert torch.allclose(read[:, 0], tower.tower(normalise(pictures)), atol=1e-5)
    other = pictures.clone()
    other[:, 40:, 40:] = 0
    changed = (tower(other) - read)[:, 1:].norm(dim=-1).view(2, GRID, GRID)
    assert (changed[:, 3, 3] > changed[:, 0, 0]).all()


@pytest.mark.slow
def test_a_whole_small_study_and_going_on(tmp_path, monkeypatch):
    said = []
    results = measure(tmp_path, 1, said.append, SMALL)
    assert [len(results[arm]) for arm in ARMS] == [1] * len(ARMS) == [1] * len(said)
    assert all(np.isfinite(v) for [found] in results.values() for v in found.values())
    monkeypatch.setattr(study, 'draw', None)  # nothing is drawn again
    assert measure(tmp_path, 1, said.append, SMALL) == results
    with pytest.raises(OtherConfigError, match='repeat0.json'):
        measure(tmp_path, 1, said.append, SMALL | dict(frames=4))


def test_tables_stand_between_the_marks_of_a_page(tmp_path):
    results, page = made_up(), tmp_path / 'page.md'
    page.write_text('before\n<!-- grace -->\nold\n<!-- end -->\nafter\n')
    write_tables(page, results)
    text = page.read_text()
    assert 'old' not in text and text.startswith('before') and text.endswith('after\n')
    mean = np.mean([r['UAR'] for r in results['refined']])
    assert f"| frames, each clip's refined text | {mean:.1f} ±" in text
    page.write_text('no place')
    with pytest.raises(ValueError, match='no place between'):
        write_tables(page, results)


def test_a_difference_is_that_of_the_pairs():
    results = made_up()
    for own, base in zip(results['patches'], results['frames'], strict=True):
        own['UAR'] = base['UAR'] + 2
    [line] = [line for line in result_lines(results) if 'patches, minus' in line]
    assert '+2.0 [+2.0, +2.0]' in line


def test_what_moves_where_the_expression_shows_gives_the_mass():
    """On features that change at the true frames and patches, and nowhere else."""
    clips = draw_clips('easy', 900, range(2), range(2), 8, truth=True)
    features = torch.ones(2, 8, 1 + GRID**2, 128)
    shown = torch.from_numpy(clips.shown)
    changed = shown[..., None] & torch.from_numpy(clips.change >= CHANGED)
    features[:, :, 1:][changed] += 3 * torch.randn(int(changed.sum()), 128)
    features[:, :, 0][shown] += 3 * torch.randn(int(shown.sum()), 128)
    model = Judge(dict(type='PatchTransportHead', patch_share=0.5, steps=5))
    found = truth_figures(model, features, clips)
    for of in ('frames', 'patches'):
        assert found[f'{of}_mass'] > 1.5 * found[f'{of}_even']
        assert found[f'{of}_auroc'] > 85
