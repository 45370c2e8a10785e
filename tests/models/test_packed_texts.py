"""Texts without padding: the numbers of open_clip's padded ones, from less."""

import copy

import pytest
import torch
from open_clip.transformer import QuickGELU, Transformer
from torch.utils.flop_counter import FlopCounterMode

from tgdfer_mm.models.vision_language.fast_layers import use_fast_layers
from tgdfer_mm.models.vision_language.packed_texts import PackedTexts, encode_ends

D, L = 16, 9


@pytest.fixture
def both():
    """open_clip's transformer, and the same with fast layers."""
    slow = Transformer(D, 3, 4, act_layer=QuickGELU, ls_init_value=0.5).double()
    fast = copy.deepcopy(slow)
    use_fast_layers(fast)
    return slow, fast


def make_texts(lengths, size=L):
    """Embedded tokens whose first is the same, and whose padding is anything."""
    x = torch.randn(len(lengths), size, D, dtype=torch.float64)
    x[:, 0] = x[0, 0].clone()
    return x


def padded_ends(transformer, x, lengths):
    mask = torch.full((x.shape[1], x.shape[1]), -torch.inf).triu(1)
    return transformer(x, attn_mask=mask)[range(len(x)), [n - 1 for n in lengths]]


def packed_ends(transformer, x, lengths):
    return encode_ends(transformer.resblocks, x, torch.tensor(lengths) - 1)


@pytest.mark.parametrize(
    'lengths', [(9, 4, 7, 4), (5, 5, 5), (9,), (3, 2), (1, 6), (1, 1)]
)
def test_values_and_gradients_are_those_of_padded_texts(both, lengths):
    slow, fast = both
    x, weight = make_texts(lengths), torch.randn(len(lengths), D).double()
    found, gradients = [], []
    for model, ends_of in ((slow, padded_ends), (fast, packed_ends)):
        own = x.clone().requires_grad_()
        ends = ends_of(model, own, lengths)
        (ends * weight).sum().backward()
        found.append([ends, *(p.grad for p in model.parameters())])
        gradients.append(own.grad)
    for a, b in zip(*found, strict=True):
        assert torch.allclose(a, b, rtol=1e-9, atol=1e-11)
    padded, packed = gradients
    # One row of the first token serves all texts: its gradient is the first text's.
    assert torch.allclose(padded[:, 1:], packed[:, 1:], rtol=1e-9, atol=1e-11)
    assert torch.allclose(padded[:, 0].sum(0), packed[0, 0], rtol=1e-9, atol=1e-11)


def test_a_text_s_end_depends_on_no_other_text_and_no_padding(both):
    _, fast = both
    x, lengths = make_texts((4, 9, 6)), (4, 9, 6)
    ends = packed_ends(fast, x, lengths)
    for i, length in enumerate(lengths):
        alone = packed_ends(fast, x[i : i + 1, :length], [length])
        assert torch.allclose(alone[0], ends[i], rtol=1e-9, atol=1e-11)
    for i, length in enumerate(lengths):
        x[i, length:] = torch.nan
    assert torch.equal(packed_ends(fast, x, lengths), ends)


def test_every_token_has_one_row_and_the_first_one_for_all():
    texts = PackedTexts(torch.tensor([2, 4, 1]), 6, torch.device('cpu'))
    x = torch.arange(18.0).view(3, 6, 1)
    rows = texts.pack(x)
    assert rows[:, 0].tolist() == [0, 1, 2, 7, 8, 9, 10, 13]
    assert rows[texts.ends, 0].tolist() == [2, 10, 13]
    assert texts.valid.sum(1).tolist() == [3, 5, 2]
    first = x.clone()
    first[:, 0] = first[0, 0]
    assert torch.equal(texts.pad(rows)[texts.valid], first[texts.valid])


def test_nothing_but_attention_is_computed_for_padding(both):
    _, fast = both

    def operations(size: int) -> int:
        counter = FlopCounterMode(display=False)
        with counter, torch.no_grad():
            packed_ends(fast, make_texts((4, 3), size), (4, 3))
        counts = counter.get_flop_counts()['Global']
        return sum(
            n for operator, n in counts.items() if 'attention' not in str(operator)
        )

    assert operations(4) == operations(40)
