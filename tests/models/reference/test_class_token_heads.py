"""DFER-CLIP's and Former-DFER's heads: a token among the frames."""

import loops
import torch

from tgdfer_mm.models.bag import Bag
from tgdfer_mm.models.heads import ClassTokenHead, TokenClassifierHead

N, T, D, K = 2, 4, 6, 3
SIZES = dict(num_frames=5, num_layers=2, heads=2, head_channels=3, mlp_channels=7)


def make_bag():
    text = loops.normal(K, D, seed=1)
    text = text / text.norm(dim=-1, keepdim=True)
    return Bag(loops.normal(N, T, D), loops.prefix([4, 2], T), text)


def transformed(head, frames):
    """Token and frames with their positions, after all layers; and who is attended."""
    position = head.position.tolist()
    x = [head.token.tolist(), *frames]
    x = [loops.add(each, position[i]) for i, each in enumerate(x)]
    for layer in head.layers:
        x, given = loops.pre_norm_layer(layer, x)
    to_frames = given[0][1:]
    return x, [share / sum(to_frames) for share in to_frames]


@torch.no_grad()
def test_cosines_of_token_and_frames_with_the_texts():
    head, bag = loops.stir(ClassTokenHead(K, D, temperature=0.4, **SIZES)), make_bag()
    logits, instance, attention, _ = head(bag)
    text = bag.text.tolist()
    for n, frames in enumerate(bag.instances.tolist()):
        x, given = transformed(head, frames)
        loops.close(logits[n], [loops.cosine(x[0], e) / 0.4 for e in text])
        own = [[loops.cosine(frame, e) / 0.4 for e in text] for frame in frames]
        loops.close(instance[n], own)
        loops.close(attention[n], given)


@torch.no_grad()
def test_a_linear_layer_on_token_and_frames():
    head, bag = loops.stir(TokenClassifierHead(K, D, **SIZES)), make_bag()
    logits, instance, attention, _ = head(bag)
    for n, frames in enumerate(bag.instances.tolist()):
        x, given = transformed(head, frames)
        loops.close(logits[n], loops.linear(head.fc, x[0]))
        loops.close(instance[n], [loops.linear(head.fc, frame) for frame in x[1:]])
        loops.close(attention[n], given)
