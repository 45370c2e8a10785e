"""The contract of the heads: one kind of output, and one way to write it down."""

import pytest
import torch
import torch.nn.functional as F
from mmaction.structures import ActionDataSample

from tgdfer_mm.models import Bag, BagHead, HeadOutput
from tgdfer_mm.registry import MODELS

N, M, D, K, VALID = 2, 4, 16, 3, [4, 3]
SIZES = dict(num_frames=M, heads=2, head_channels=4, mlp_channels=8)
HEADS = {
    'CaptionHead': SIZES,
    'ClassTokenHead': SIZES,
    'FrameExpertHead': dict(classes=[f'c{i}' for i in range(D)], label_set=None),
    'LinearBagHead': {},
    'M3DFELHead': dict(num_instances=M, hidden_channels=4, heads=2),
    'MultiGrainedTemporalHead': {},
    'TokenClassifierHead': SIZES,
    'TransportHead': {},
    'VadCLIPHead': dict(rest_class=0),
}

# Whose bags are of another form; their own tests hold them to the same contract.
ELSEWHERE = {'IALHead': 'test_ial', 'PatchTransportHead': 'test_transport_head'}


def make_bag(name):
    mask = torch.arange(M) < torch.tensor(VALID)[:, None]
    text = F.normalize(torch.randn(K, D), dim=-1)
    bag = Bag(torch.randn(N, M, D), mask, text)
    if name == 'TransportHead':  # a text, and two words
        words = F.normalize(torch.randn(K, 2, D), dim=-1)
        return bag._replace(text=torch.cat([text[:, None], words], dim=1))
    if name == 'MultiGrainedTemporalHead':
        return MODELS.build(dict(type='VisualPromptNeck', in_channels=D))(bag)[0]
    return bag


@torch.no_grad()
@pytest.mark.parametrize('name', HEADS)
def test_every_head_gives_a_verdict_and_writes_it_down(name):
    kind = dict(type=name)
    if name != 'FrameExpertHead':  # whose classes say both
        kind |= dict(num_classes=K, in_channels=D)
    head, bag = MODELS.build(kind | HEADS[name]).eval(), make_bag(name)
    output = head(bag)
    assert type(output) is HeadOutput
    k = head.num_classes
    assert output.logits.shape == (N, k) and output.instance.shape == (N, M, k)
    assert output.weights.shape in ((N, M), (N, M, k))
    assert torch.allclose(output.weights.sum(1), torch.ones(()), atol=1e-5)
    samples = head.predict(bag, [ActionDataSample() for _ in range(N)])
    for n, (sample, valid) in enumerate(zip(samples, VALID, strict=True)):
        assert torch.equal(sample.pred_score, head.probabilities(output)[n])
        weights = sample.get(head.weights_field)
        assert weights.shape == output.weights[n].shape
        assert torch.allclose(weights[:valid].sum(0), torch.ones(()), atol=1e-5)
        assert not weights[valid:].any()
        assert sample.instance_mask.tolist() == [True] * valid + [False] * (M - valid)


def test_no_head_is_left_out():
    ours = {
        kind.__name__
        for kind in MODELS.module_dict.values()
        if isinstance(kind, type) and issubclass(kind, BagHead)
        if kind.__module__.startswith('tgdfer_mm.models.')
    }
    assert ours == {*HEADS, *ELSEWHERE}
