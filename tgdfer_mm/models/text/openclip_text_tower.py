"""open_clip's text transformer: embedded tokens in, unit features out."""

import torch
import torch.nn.functional as F
from mmengine.model import BaseModule
from torch import Tensor, nn

from ..functional import at_least_single
from ..vision_language.fast_layers import FastSelfAttention, use_fast_layers
from ..vision_language.open_clip_models import arch_config
from ..vision_language.packed_texts import encode_ends


class OpenCLIPTextTower(BaseModule):
    """A frozen text transformer and its projection, without the embeddings of words.

    A causal tower that pools at EOT gives the same features without what comes after,
    so it computes no padding
    (:func:`~tgdfer_mm.models.vision_language.packed_texts.encode_ends`); any other
    tower keeps its full length.

    Args:
        tower: From :func:`find_text_tower`; its parts are taken over.
    """

    def __init__(self, tower: nn.Module) -> None:
        super().__init__()
        use_fast_layers(tower.transformer)
        self.transformer = tower.transformer
        self.ln_final = tower.ln_final
        self.positional_embedding = tower.positional_embedding
        self.text_projection = tower.text_projection
        self.register_buffer('attn_mask', tower.attn_mask, persistent=False)
        self.pool = getattr(tower, 'text_pool_type', None) or tower.pool_type
        self.requires_grad_(False)

    @property
    def out_channels(self) -> int:
        """D, the width of the joint space."""
        if isinstance(self.text_projection, nn.Linear):
            return self.text_projection.out_features
        return self.text_projection.shape[1]

    @property
    def context_length(self) -> int:
        """Places of a text, start and end included."""
        return len(self.positional_embedding)

    def encode_embedded(self, x: Tensor, ends: Tensor) -> Tensor:
        """What the transformer makes of texts, at the places that are pooled.

        Args:
            x: The texts' tokens as the transformer takes them, (S, L, width).
            ends: Places of the texts' last tokens, (S,), on the CPU.

        Returns:
            (S, width).
        """
        blocks = self.transformer.resblocks
        if self._cuts and all(isinstance(b.attn, FastSelfAttention) for b in blocks):
            return encode_ends(blocks, x, ends)
        return self._pooled(self._run(x), ends)

    def _run(self, x: Tensor) -> Tensor:
        """What the transformer makes of every place, (S, L, width)."""
        size = x.shape[1]
        mask = None if self.attn_mask is None else self.attn_mask[:size, :size]
        return self.transformer(x, attn_mask=mask)

    def _unit(self, x: Tensor) -> Tensor:
        """Unit features in the joint space, of places or of texts."""
        x = self._project(self.ln_final(x))
        return F.normalize(at_least_single(x), dim=-1)

    @property
    def _cuts(self) -> bool:
        """Whether what comes after a text's end changes nothing."""
        return self.attn_mask is not None and self.pool in ('argmax', 'eos')

    def _pooled(self, x: Tensor, ends: Tensor) -> Tensor:
        if self.pool in ('argmax', 'eos'):
            return x[torch.arange(len(x), device=x.device), ends.to(x.device)]
        return x[:, 0] if self.pool == 'first' else x[:, -1]

    def _project(self, x: Tensor) -> Tensor:
        if isinstance(self.text_projection, nn.Linear):
            return self.text_projection(x)
        return x @ self.text_projection


def find_text_tower(model: nn.Module, arch: str | dict) -> nn.Module:
    """Where a model keeps its text tower.

    Raises:
        ValueError: It is not open_clip's own transformer.
    """
    tower = getattr(model, 'text', model)
    text_cfg = arch_config(arch)['text_cfg']
    plain = (
        hasattr(tower, 'token_embedding') and getattr(tower, 'cls_emb', None) is None
    )
    if not plain or text_cfg.get('hf_tokenizer_name') or tower.text_projection is None:
        raise ValueError(
            f'arch={arch!r}: OpenCLIPText needs the text transformer, projection and '
            'byte-pair tokenizer of open_clip itself'
        )
    return tower
