"""The plain layer of the related methods, whose heads need not add up to the width."""

import loops

from tgdfer_mm.models.layers.attention import PreNormLayer


def test_a_layer_and_the_mean_attention_of_its_heads():
    layer = loops.stir(PreNormLayer(5, heads=2, head_dim=3, mlp_dim=7))
    x = loops.normal(2, 4, 5)
    expected, given = zip(
        *[loops.pre_norm_layer(layer, bag) for bag in x.tolist()], strict=True
    )
    found, shares = layer(x)
    loops.close(found, list(expected))
    loops.close(shares, list(given))
