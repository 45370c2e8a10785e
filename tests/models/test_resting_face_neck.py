"""The face at rest: start, padding, people; and relevance that neighbours share."""

import torch
import torch.nn.functional as F

from tgdfer_mm.models.bag import Bag
from tgdfer_mm.models.functional import masked_median, spread_in_time
from tgdfer_mm.models.necks import (
    RelevanceNeck,
    RestingFaceNeck,
    RestingPromptNeck,
    VisualPromptNeck,
)


def make_bag(m=6, valid=6, k=3, d=8):
    x = F.normalize(torch.randn(2, m, d), dim=-1)
    mask = torch.arange(m).expand(2, m) < valid
    return Bag(x, mask, F.normalize(torch.randn(k, d), dim=-1))


def trained(neck):
    torch.nn.init.normal_(neck.rest.read.weight)
    torch.nn.init.normal_(neck.rest.read.bias)
    return neck


def test_instances_and_labels_start_as_they_are():
    bag = make_bag()
    out = RestingFaceNeck(8)(bag)[0]
    assert torch.equal(out.instances, bag.instances)
    assert torch.equal(out.enriched, bag.text.expand(2, -1, -1))


def test_what_is_added_is_linear_in_the_instance_and_its_difference_from_rest():
    bag, neck = make_bag(m=7, valid=5), trained(RestingFaceNeck(8))
    out, read = neck(bag)[0].instances, neck.rest.read
    for n in range(2):
        rest = bag.instances[n, :5].median(dim=0).values
        for i in range(7):
            x = bag.instances[n, i]
            added = read.weight @ torch.cat([x, x - rest]) + read.bias
            expected = x + added if i < 5 else x
            assert torch.allclose(out[n, i], expected, atol=1e-5)


def test_enriched_labels_are_those_of_the_instances_as_they_come():
    bag, neck = make_bag(m=7, valid=5), trained(RestingPromptNeck(8, gamma=0.5))
    plain, rest = VisualPromptNeck(8, gamma=0.5, spread=True), RestingFaceNeck(8)
    rest.rest.load_state_dict(neck.rest.state_dict())
    out, labels = neck(bag)[0], plain(bag)[0]
    assert torch.equal(out.relevance, labels.relevance)
    assert torch.equal(out.enriched, labels.enriched)
    assert torch.equal(out.instances, rest(bag)[0].instances)
    assert not torch.equal(out.enriched, bag.text.expand(2, -1, -1))
    assert not torch.equal(out.instances, bag.instances)


def test_padding_changes_nothing():
    bag, neck = make_bag(m=4, valid=4), trained(RestingFaceNeck(8))
    alone = neck(bag)[0]
    longer = bag._replace(
        instances=torch.cat([bag.instances, 50 * torch.randn(2, 3, 8)], dim=1),
        mask=torch.arange(7).expand(2, 7) < 4,
    )
    padded = neck(longer)[0]
    assert torch.allclose(padded.instances[:, :4], alone.instances, atol=1e-5)
    assert torch.equal(padded.instances[:, 4:], longer.instances[:, 4:])
    assert torch.allclose(padded.relevance[:, :4], alone.relevance, atol=1e-6)
    assert not padded.relevance[:, 4:].any()


def test_read_by_the_difference_alone_another_face_at_rest_changes_nothing():
    bag, neck = make_bag(), RestingFaceNeck(8)
    torch.nn.init.normal_(neck.rest.read.weight[:, 8:])
    other = bag._replace(instances=bag.instances + torch.randn(1, 1, 8))
    added = [neck(b)[0].instances - b.instances for b in (bag, other)]
    assert torch.allclose(*added, atol=1e-5)


def test_the_median_is_that_of_torch_over_the_valid_instances():
    x = torch.randn(3, 9, 4)
    mask = torch.arange(9) < torch.tensor([[9], [4], [1]])
    found = masked_median(x, mask)
    for n, count in enumerate((9, 4, 1)):
        assert torch.equal(found[n, 0], x[n, :count].median(dim=0).values)


def test_neighbours_share_by_a_plain_loop():
    values = torch.randn(1, 5, 2)
    mask = torch.tensor([[True, True, True, True, False]])
    found = spread_in_time(values, mask)
    for i in range(4):
        near = {j: 0.5 if j == i else 0.25 for j in (i - 1, i, i + 1) if 0 <= j < 4}
        mean = sum(w * values[0, j] for j, w in near.items()) / sum(near.values())
        assert torch.allclose(found[0, i], mean, atol=1e-6)
    assert not found[0, 4].any()


def test_relevance_is_shared_before_and_after_the_softmax():
    bag = make_bag(m=7, valid=5)
    logits = F.normalize(bag.instances, dim=-1) @ bag.text.t() / 0.05
    weights = spread_in_time(logits, bag.mask).exp() * bag.mask[..., None]
    weights = spread_in_time(weights / weights.sum(1, keepdim=True), bag.mask)
    shared = RelevanceNeck(0.05, spread=True)(bag)[0].relevance
    assert torch.allclose(shared, weights / weights.sum(1, keepdim=True), atol=1e-6)
    assert torch.allclose(shared.sum(1), torch.ones(2, 3))


def test_a_bag_of_padding_alone_stays_finite():
    out = RestingFaceNeck(8)(make_bag(valid=0))[0]
    assert torch.isfinite(out.instances).all() and not out.relevance.any()
