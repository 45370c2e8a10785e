"""A pooling: logits (N, M, K) and mask (N, M) -> (N, K)."""

from tgdfer_mm.registry import MIL_POOLINGS


@MIL_POOLINGS.register_module(name='smile_best')
def smile_best(z, mask, **unused):
    """The best instance of each class."""
    return z.masked_fill(~mask[..., None], float('-inf')).amax(1)
