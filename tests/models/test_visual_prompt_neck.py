"""VisualPromptNeck: formulas, start, padding, what it logs."""

import pytest
import torch
import torch.nn.functional as F

from tgdfer_mm.models.bag import Bag
from tgdfer_mm.models.functional import off_diagonal
from tgdfer_mm.models.necks import RelevanceNeck, VisualPromptNeck


def make_bag(m=5, valid=5, k=3, d=8):
    x = F.normalize(torch.randn(2, m, d), dim=-1)
    mask = torch.arange(m).expand(2, m) < valid
    return Bag(x, mask, F.normalize(torch.randn(k, d), dim=-1))


def test_labels_start_as_they_are():
    bag = make_bag()
    enriched = VisualPromptNeck(8)(bag)[0].enriched
    assert torch.allclose(enriched, bag.text.expand(2, -1, -1), atol=1e-6)


def test_relevance_sums_to_one_over_valid_instances_only():
    relevance = VisualPromptNeck(8)(make_bag(m=6, valid=2))[0].relevance
    assert torch.allclose(relevance.sum(1), torch.ones(2, 3))
    assert torch.equal(relevance[:, 2:], torch.zeros(2, 4, 3))


def test_relevance_follows_a_permutation_of_the_instances():
    bag, neck = make_bag(), VisualPromptNeck(8, gamma=0.5)
    order = torch.randperm(5)
    out, _ = neck(bag)
    moved, _ = neck(bag._replace(instances=bag.instances[:, order]))
    assert torch.allclose(moved.relevance, out.relevance[:, order], atol=1e-6)
    assert torch.allclose(moved.enriched, out.enriched, atol=1e-6)


def test_gamma_moves_at_the_first_step_and_tau_at_the_second():
    bag, neck = make_bag(), VisualPromptNeck(8)
    target = torch.randn(2, 3, 8)

    def step():
        neck.zero_grad()
        (neck(bag)[0].enriched * target).sum().backward()
        for parameter in neck.parameters():
            parameter.data -= 0.1 * parameter.grad

    step()
    assert neck.gamma.grad != 0 and neck.log_tau.grad == 0
    step()
    assert neck.log_tau.grad != 0


def test_logs_only_in_training_and_nothing_that_would_be_summed_as_a_loss():
    neck, bag = VisualPromptNeck(8), make_bag()
    assert neck(bag)[1] == {}
    log = neck(bag, data_samples=[None, None])[1]
    assert set(log) == {'gamma', 'tau', 'prompt_cos'}
    assert log['tau'].item() == pytest.approx(0.01)


def test_off_diagonal_drops_the_diagonal():
    square = torch.arange(9.0).view(1, 3, 3)
    assert off_diagonal(square).tolist() == [[1, 2, 3, 5, 6, 7]]


def test_without_prompts_the_relevance_stays_and_the_labels_do_not_move():
    bag = make_bag()
    plain, log = RelevanceNeck()(bag, data_samples=[None, None])
    assert torch.equal(plain.relevance, VisualPromptNeck(8)(bag)[0].relevance)
    assert torch.equal(plain.enriched, bag.text.expand(2, -1, -1))
    assert log == {}
    assert not any(p.requires_grad for p in RelevanceNeck().parameters())
