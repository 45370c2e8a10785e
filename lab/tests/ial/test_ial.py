"""The study of IAL's parts: weak clips, arms, and going on where it stopped."""

import numpy as np
import pytest
import torch

from lab.evidence.train import OtherConfigError
from lab.ial import study
from lab.ial.clips import weaken
from lab.ial.network import SmallIAL
from lab.ial.page import result_lines, write_tables
from lab.ial.study import ARMS, Settings, measure
from tgdfer_mm.synth.clips import make_clip

MAPS = (6, 4, 4)


def net(arm):
    torch.manual_seed(0)
    return SmallIAL(7, 4, MAPS, 16, **ARMS[arm])


def made_up():
    rng = np.random.default_rng(0)
    names = ('all', 'weak', 'strong', 'follows', 'others')
    return {arm: [{n: rng.random() for n in names} for _ in range(6)] for arm in ARMS}


def test_a_weak_clip_is_the_same_clip_with_less_of_its_own_expression():
    clip = make_clip(0, 3, 'happy', 1)
    weak = weaken(clip, 0.5)
    assert np.allclose(weak.intensity, clip.intensity / 2)
    for own, before in zip(weak.movements, clip.movements, strict=True):
        share = 0.5 if own.emotion == 'happy' else 1
        assert np.allclose(own.intensity, share * before.intensity)
    assert weak.identity == clip.identity and weak.nuisances == clip.nuisances
    calm = make_clip(0, 3, 'neutral', 1)
    assert [m.emotion for m in weaken(calm, 0.5).movements] == [
        m.emotion for m in calm.movements
    ]


def test_each_arm_has_one_thing_more():
    steps = list(ARMS.values())
    for before, after in zip(steps, steps[1:], strict=False):
        assert sum(before[name] != after[name] for name in after) == 1
    maps, label = torch.randn(2, 4, *MAPS), torch.tensor([1, 4])
    losses = {}
    for arm in ARMS:
        own = net(arm)
        bag, weights = own.read(maps)
        output = own.head(bag)
        losses[arm] = own.head.loss_of(output, label, bag)
        assert weights.shape == (2, 4, 16) and output.logits.shape == (2, 7)
        assert bool((weights == 1).all()) is (arm == 'plain')
    assert losses['rival']['loss_cls'] > losses['gated']['loss_cls']
    assert 'loss_gate_0' in losses['whole'] and 'loss_gate_0' not in losses['rival']


def test_the_blocks_are_those_that_the_gates_stand_in():
    own = net('whole').eval()
    maps = torch.randn(1, 4, *MAPS)
    with torch.no_grad():
        bag, _ = own.read(maps)
        x = maps[0]
        for block in own.blocks:
            x = block(x)
    assert torch.allclose(bag.instances[0, :, : 16 * 16], x.flatten(1), atol=1e-5)


def test_a_gate_that_rises_with_the_expression_follows_it():
    curves = torch.rand(5, 8)
    assert study._rank_correlation(2 * curves + 1, curves) == pytest.approx(1)
    assert study._rank_correlation(-curves, curves) == pytest.approx(-1)
    assert study._rank_correlation(torch.ones(5, 8), curves) == 0


@pytest.mark.slow
def test_a_whole_small_study_and_going_on(tmp_path, monkeypatch):
    small = Settings(train=2, test=2, frames=4, channels=16, epochs=1, batch=7)
    said = []
    results = measure(tmp_path, 1, said.append, small)
    assert [len(results[arm]) for arm in ARMS] == [1] * 4 and len(said) == 4
    assert 'follows' not in results['plain'][0] and 'follows' in results['whole'][0]
    monkeypatch.setattr(study, 'draw', None)  # nothing is drawn again
    assert measure(tmp_path, 1, said.append, small) == results and len(said) == 4
    with pytest.raises(OtherConfigError, match=r'seed0\.json'):
        measure(tmp_path, 1, said.append, Settings())


def test_tables_stand_between_the_marks_of_a_page(tmp_path):
    results, page = made_up(), tmp_path / 'page.md'
    for run in results['plain']:
        del run['follows'], run['others']
    for own, base in zip(results['gated'], results['plain'], strict=True):
        own['weak'] = base['weak'] + 2
    page.write_text('before\n<!-- ial -->\nold\n<!-- end -->\nafter\n')
    write_tables(page, results)
    text = page.read_text()
    assert 'old' not in text and text.startswith('before') and text.endswith('after\n')
    assert '| gates, weak clips | +2.0 [+2.0, +2.0] |' in text
    page.write_text('no place')
    with pytest.raises(ValueError, match='no place between'):
        write_tables(page, results)
    single = {arm: runs[:1] for arm, runs in results.items()}
    assert any(line.startswith('| with gates') for line in result_lines(single))


def test_a_gate_that_says_the_same_of_all_frames_follows_nothing():
    curve = torch.linspace(0, 1, 8)[None]
    constant = torch.full((1, 8), 0.1) + 0  # its deviation is that of rounding
    assert study._rank_correlation(constant, curve) == 0
    assert study._rank_correlation(curve**2, curve) == pytest.approx(1)
