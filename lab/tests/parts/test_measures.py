"""Measures of a model's parts, compared with values by hand."""

import math

import pytest
import torch
import torch.nn.functional as F

from lab.parts.report_hook import part_states, recorded_activities
from tgdfer_mm.models.bag import Bag
from tgdfer_mm.models.necks import RelevanceNeck, RestingFaceNeck, VisualPromptNeck
from tgdfer_mm.registry import TEMPORAL

ALWAYS = {'text_encoder.context', 'neck.gamma', 'neck.tau'}
OWN = {
    'lgt': {'window_weight_2', 'window_weight_4', 'window_weight_8', 'long_decay'},
    'mtn': set(),
    'tca': {'full_share'},
    'transformer': set(),
}


@pytest.mark.parametrize('variant', OWN)
def test_every_part_of_a_recognizer_reports(build_recognizer, make_batch, variant):
    model = build_recognizer(head=dict(temporal=dict(type=variant))).eval()
    own = {f'cls_head.temporal.{part}' for part in OWN[variant]}
    assert set(part_states(model)) == ALWAYS | own
    with recorded_activities(model) as recorded, torch.no_grad():
        model.test_step(make_batch([16, 5]))
    activity = {name: torch.cat(each) for name, each in recorded.items()}
    assert set(activity) == {
        *('neck.prompt_cos', 'neck.label_shift', 'cls_head.temporal.branch_norm')
    }
    # Everything starts at doing nothing.
    assert activity['neck.label_shift'].tolist() == pytest.approx([0, 0], abs=1e-6)
    assert activity['cls_head.temporal.branch_norm'].tolist() == [0, 0]
    assert activity['neck.prompt_cos'].shape == (2,)


def test_what_is_not_learned_is_no_part(build_recognizer):
    model = build_recognizer(text=dict(learnable=False))
    assert 'text_encoder.context' not in part_states(model)
    assert part_states(RelevanceNeck()) == {}


def test_the_resting_face_reports_what_it_adds():
    neck = RestingFaceNeck(8, temperature=0.05)
    assert part_states(neck) == pytest.approx({'tau': 0.05})
    x = F.normalize(torch.randn(2, 5, 8), dim=-1)
    mask = torch.ones(2, 5, dtype=torch.bool)
    mask[1, 3:] = False
    with recorded_activities(neck) as recorded, torch.no_grad():
        neck.rest(x, mask)
        neck.rest.read.weight[:, :8] = 0.5 * torch.eye(8)  # W [x, x - r] = x / 2
        neck.rest(x, mask)
    start, end = recorded['rest.added_norm']
    assert start.tolist() == [0, 0]
    assert end.tolist() == pytest.approx([0.5, 0.5])


def test_shares_are_readable():
    state = part_states(TEMPORAL.build(dict(type='lgt', dim=32)))
    weights = [value for name, value in state.items() if name.startswith('window')]
    assert weights == pytest.approx([1 / 3] * 3)
    assert state['long_decay'] == pytest.approx(math.exp(-1))
    tca = TEMPORAL.build(dict(type='tca', dim=32))
    assert part_states(tca) == {'full_share': 0.5}
    tca.mix_logit.data.fill_(2.0)
    assert part_states(tca) == pytest.approx({'full_share': 1 / (1 + math.exp(-2))})
    neck = VisualPromptNeck(8, temperature=0.05, gamma=0.1)
    assert part_states(neck) == pytest.approx({'gamma': 0.1, 'tau': 0.05})


def test_the_neck_s_activity_by_hand():
    x = F.normalize(torch.randn(2, 5, 8), dim=-1)
    mask = torch.arange(5).expand(2, 5) < 4
    bag = Bag(x, mask, F.normalize(torch.randn(2, 8), dim=-1))
    neck = VisualPromptNeck(8, temperature=0.5, gamma=0.3)
    with recorded_activities(neck) as recorded:
        out, _ = neck(bag)
    (cosine,), (shift,) = recorded['prompt_cos'], recorded['label_shift']
    for n in range(2):
        prompts = [(out.relevance[n, :, c, None] * x[n]).sum(0) for c in range(2)]
        expected = F.cosine_similarity(*prompts, dim=0)
        assert torch.allclose(cosine[n], expected, atol=1e-6)
        moved = [(out.enriched[n, c] - bag.text[c]).norm() for c in range(2)]
        assert torch.allclose(shift[n], sum(moved) / 2, atol=1e-6)


@pytest.mark.parametrize('variant', OWN)
def test_padding_takes_no_part_in_the_branch_norm(variant):
    network = TEMPORAL.build(dict(type=variant, dim=32)).eval()
    for parameter in network.parameters():
        torch.nn.init.normal_(parameter, std=0.3)
    x, mask = torch.randn(2, 8, 32), torch.arange(8).expand(2, 8) < 5
    with recorded_activities(network) as recorded:
        out = network(x, mask)
        network(x.clone().index_fill_(1, torch.arange(5, 8), 9.0), mask)
    first, second = recorded['branch_norm']
    expected = (out - x)[:, :5].flatten(1).norm(dim=1) / x[:, :5].flatten(1).norm(dim=1)
    assert torch.allclose(first, expected, atol=1e-6)
    assert torch.allclose(second, first, atol=1e-5)
    assert (first > 0).all()
