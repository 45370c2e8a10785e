"""Drawn movements, the truth about their frames, and the page about them."""

import numpy as np
import pytest

from lab.movements.page import write_page
from lab.movements.study import auroc, judge, plan_clip, strength
from tgdfer_mm.apis import load_model
from tgdfer_mm.models.text.movement_texts import named_movements


def test_every_movement_has_words_for_itself_and_for_rest():
    asked = named_movements()
    assert len({one.units for one in asked}) == len(asked) > 20
    for one in asked:
        assert one.texts and one.rest and not set(one.texts) & set(one.rest)
        assert not any('{' in text for text in one.texts)


@pytest.mark.parametrize('number', range(3))
def test_a_clip_shows_its_movement_in_some_frames_and_not_in_others(number):
    one = named_movements()[number]
    clip = plan_clip(one, number)
    shown = strength([clip.units(i) for i in range(len(clip))], one)
    assert (shown >= 0.5).any() and (shown <= 0.1).any()
    assert strength([{}], one).tolist() == [0.0]
    assert clip.units(5) == plan_clip(one, number).units(5)


def test_auroc_leaves_out_what_lies_between():
    truth = np.array([[1.0, 0.3], [0.0, 0.0]])
    scores = np.array([[0.9, 0.0], [0.1, 0.2]])
    assert auroc(scores, truth) == (1.0, 1.0)
    assert auroc(-scores, truth)[0] == 0.0


def test_a_score_is_above_rest_for_each_movement_and_the_page_has_all(tmp_path):
    asked = named_movements()[:2]
    frames = np.random.default_rng(0).integers(0, 255, (16, 3, 64, 64), np.uint8)
    scores = judge(load_model('demo'), [frames, frames], asked)
    assert scores.shape == (2, 16, 2) and np.isfinite(scores).all()
    assert np.allclose(scores[0], scores[1])
    page = tmp_path / 'page.md'
    figures = dict(Demo=[(0.5, 0.6), (0.9, 0.8)], Other=[(0.9, 0.9), (0.6, 0.5)])
    write_page(page, asked, figures, 3, 'python x')
    text = page.read_text()
    assert '`python x`' in text and 'AU1+AU2+AU4' in text
    assert '| mean |  | 0.700 | 0.700 | 0.750 | 0.700 |' in text
    assert 'above other words: AU1+AU4.' in text
    assert 'below 0.6: AU1+AU2+AU4.' in text
