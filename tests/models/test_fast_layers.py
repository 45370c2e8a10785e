"""The fast layers: the numbers of open_clip's, from less."""

import copy

import pytest
import torch
from open_clip.transformer import QuickGELU as SlowQuickGELU
from open_clip.transformer import Transformer, VisionTransformer

from tgdfer_mm.models.vision_language.fast_layers import (
    FastQuickGELU,
    FastSelfAttention,
    FirstTokenBlock,
    use_fast_layers,
    use_first_token,
)

N, L, D = 3, 5, 16


@pytest.fixture
def both():
    """open_clip's transformer, and the same with fast layers."""
    slow = Transformer(D, 2, 4, act_layer=SlowQuickGELU)
    fast = copy.deepcopy(slow)
    use_fast_layers(fast)
    return slow, fast


@pytest.mark.parametrize('causal', [False, True])
def test_values_and_gradients_are_those_of_open_clip(both, causal):
    mask = torch.full((L, L), -torch.inf).triu(1) if causal else None
    x = torch.randn(N, L, D)
    found = []
    for model in both:
        own = x.clone().requires_grad_()
        y = model(own, attn_mask=mask)
        y.square().sum().backward()
        found.append([y, own.grad, *(p.grad for p in model.parameters())])
    for slow, fast in zip(*found, strict=True):
        assert torch.allclose(slow, fast, rtol=1e-4, atol=1e-5)


def test_weights_keep_their_names_and_go_both_ways(both):
    slow, fast = both
    assert list(slow.state_dict()) == list(fast.state_dict())
    other = Transformer(D, 2, 4, act_layer=SlowQuickGELU)
    fast.load_state_dict(other.state_dict())
    x = torch.randn(N, L, D)
    assert torch.allclose(fast(x), other(x), rtol=1e-4, atol=1e-5)


def test_every_block_is_replaced_and_only_what_is_known(both):
    blocks = both[1].resblocks
    assert all(isinstance(block.attn, FastSelfAttention) for block in blocks)
    assert all(isinstance(block.mlp.gelu, FastQuickGELU) for block in blocks)
    exact = Transformer(D, 1, 4)
    use_fast_layers(exact)
    assert type(exact.resblocks[0].mlp.gelu) is torch.nn.GELU


def test_attention_is_one_fused_operator_a_block(both):
    with torch.profiler.profile() as profile:
        both[1](torch.randn(N, L, D))
    names = [event.name for event in profile.events()]
    assert names.count('aten::scaled_dot_product_attention') == 2
    assert not {'aten::bmm', 'aten::baddbmm'} & set(names)


def test_another_order_key_or_the_weights_are_refused(both):
    with pytest.raises(ValueError, match='batch_first'):
        FastSelfAttention(torch.nn.MultiheadAttention(D, 4))
    attention, x = both[1].resblocks[0].attn, torch.randn(N, L, D)
    for arguments in ((x, x.clone(), x), (x, x, x.clone()), (x, x, x, True)):
        with pytest.raises(ValueError, match='must be the same tensor'):
            attention(*arguments)


def test_the_activation_is_its_formula_and_leaves_its_input_alone():
    x = torch.randn(100, dtype=torch.float64)
    wanted = x * torch.sigmoid(1.702 * x)
    before = x.clone()
    with torch.no_grad():
        assert torch.allclose(FastQuickGELU()(x), wanted, atol=1e-12)
        assert torch.equal(x, before)
        assert FastQuickGELU(inplace=True)(x).data_ptr() == x.data_ptr()
        assert torch.allclose(x, wanted, atol=1e-12)
        learned = before.clone().requires_grad_()
        assert FastQuickGELU(inplace=True)(learned).data_ptr() == learned.data_ptr()
    fixed = before.clone()  # no gradient is wanted of it
    assert FastQuickGELU(inplace=True)(fixed).data_ptr() == fixed.data_ptr()
    x = before
    assert torch.autograd.gradcheck(FastQuickGELU(), x[:9].clone().requires_grad_())


def test_a_second_derivative_is_refused_and_not_wrong():
    x = torch.randn(3, requires_grad=True)
    (slope,) = torch.autograd.grad(FastQuickGELU()(x).sum(), x, create_graph=True)
    with pytest.raises(RuntimeError):
        slope.sum().backward()


def kept_for_backward(model, x) -> int:
    """Numbers that are kept of a call, those of the parameters included."""
    kept = {}

    def pack(tensor):
        storage = tensor.untyped_storage()
        kept[storage.data_ptr()] = storage.nbytes()
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(pack, lambda tensor: tensor):
        model(x)
    return sum(kept.values())


def test_training_keeps_less_for_its_backward_pass(both):
    x = torch.randn(64, 50, D, requires_grad=True)
    slow, fast = (kept_for_backward(model, x) for model in both)
    assert fast < 0.85 * slow


def tower(**kwargs) -> VisionTransformer:
    return VisionTransformer(32, 8, D, 3, 4, 4.0, output_dim=6, **kwargs)


@pytest.mark.parametrize('after', [False, True])
def test_the_last_block_gives_the_same_from_its_class_token_alone(after):
    slow = tower(final_ln_after_pool=after)
    fast = copy.deepcopy(slow)
    use_fast_layers(fast)
    use_first_token(fast)
    assert isinstance(fast.transformer.resblocks[-1], FirstTokenBlock)
    assert list(slow.state_dict()) == list(fast.state_dict())
    images = torch.randn(2, 3, 32, 32)
    found = []
    for model in (slow, fast):
        y = model(images)
        y.square().sum().backward()
        found.append([y, *(p.grad for p in model.parameters())])
    for a, b in zip(*found, strict=True):
        assert torch.allclose(a, b, rtol=1e-4, atol=1e-5)


def test_a_tower_that_reads_more_than_its_class_token_is_left_alone():
    for model in (tower(pool_type='avg'), tower(output_tokens=True)):
        use_fast_layers(model)
        use_first_token(model)
        assert not isinstance(model.transformer.resblocks[-1], FirstTokenBlock)
    slow = tower()
    use_first_token(slow)  # open_clip's own attention
    assert not isinstance(slow.transformer.resblocks[-1], FirstTokenBlock)
