"""Two views of a film: their divergence by plain loops, and the times of captions."""

import math

import numpy as np
import pytest
import torch
from mmaction.structures import ActionDataSample

from projects.dcin.consensus import ConsensusLoss, ConsensusRecognizer

N, M, K = 2, 5, 3


def views(seed=0):
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(2, N, M, K, generator=generator, dtype=torch.float64)


MASK = torch.tensor([[1, 1, 1, 0, 1], [0, 1, 1, 0, 0]], dtype=torch.bool)
LABEL = torch.tensor([[1, 0, 1], [0, 1, 0]])


def test_the_divergence_is_that_of_a_loop():
    one, other = views()
    terms = []
    for n, k in LABEL.nonzero().tolist():
        p, q = ([math.exp(v[n, m, k] / 2) for m in range(M) if MASK[n, m]]
                for v in (one, other))  # fmt: skip
        p, q = ([v / sum(each) for v in each] for each in (p, q))
        pairs = list(zip(p, q, strict=True))
        there = sum(a * math.log(a / b) for a, b in pairs)
        back = sum(b * math.log(b / a) for a, b in pairs)
        terms.append((there + back) / 2)
    got = ConsensusLoss(temperature=2.0, loss_weight=3.0)(one, other, MASK, LABEL)
    assert float(got) == pytest.approx(3 * sum(terms) / len(terms))


def test_views_that_agree_cost_nothing_and_nothing_comes_from_outside_the_mask():
    one, other = views()
    loss = ConsensusLoss()
    assert float(loss(one, one + 5, MASK, LABEL)) == pytest.approx(0, abs=1e-12)
    changed = one.masked_fill(~MASK[..., None], 99.0)
    assert loss(changed, other, MASK, LABEL) == loss(one, other, MASK, LABEL)
    one.requires_grad_()
    loss(one, other, MASK, LABEL).backward()
    grad = one.grad
    assert torch.isfinite(grad).all() and (grad[~MASK] == 0).all()
    assert (grad.transpose(1, 2)[LABEL == 0] == 0).all()
    assert (grad.abs().sum() > 0).item()


@pytest.mark.parametrize('empty', [dict(mask=~MASK & MASK), dict(label=LABEL * 0)])
def test_without_anything_to_compare_the_loss_is_zero(empty):
    one, other = views()
    one.requires_grad_()
    loss = ConsensusLoss()(
        one, other, empty.get('mask', MASK), empty.get('label', LABEL)
    )
    loss.backward()
    assert loss == 0 and (one.grad == 0).all()


class Recorder:
    """Replaces a text encoder: each text is a unit vector."""

    def encode_captions(self, texts, clips):
        return torch.eye(K)[[int(text) for text in texts]]


def film(captions, frames=M):
    made = ActionDataSample()
    meta = dict(clip='f', seconds=1.0, total_frames=frames, frame_inds=np.arange(M))
    made.set_metainfo(dict(meta, captions=captions))
    return made


def test_a_caption_counts_where_its_time_is():
    model = object.__new__(ConsensusRecognizer)
    torch.nn.Module.__init__(model)
    model.text_encoder = Recorder()
    captions = [(0.0, 0.25, '0'), (0.25, 0.6, '1')]
    mask = torch.ones(2, M, dtype=torch.bool)
    mask[0, 2:] = False  # padding changes nothing
    samples = [film(captions), film(captions)]
    cosines, known = model.said([*samples, film([])], torch.eye(K), mask[[0, 1, 1]])
    # Middles at 0.1, 0.3, 0.5, 0.7, 0.9 s.
    assert known.tolist() == [[1, 1, 0, 0, 0], [1, 1, 1, 0, 0], [0] * M]
    assert cosines[1, :3].tolist() == [[1, 0, 0], [0, 1, 0], [0, 1, 0]]
    both = model.said(
        [film([(0.0, 0.3, '0'), (0.0, 0.6, '1')])], torch.eye(K), mask[1:]
    )
    assert both[0][0, 0].tolist() == [0.5, 0.5, 0]
