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
    """A frozen text transformer and its projection, without word embeddings.

    A causal tower that pools at EOT gives the same features without the tokens after
    EOT, so padding is not computed
    (:func:`~tgdfer_mm.models.vision_language.packed_texts.encode_ends`); any other
    tower uses its full length.

    Args:
        tower: The result of :func:`find_text_tower`, whose parts are used.
        one_start: Whether all texts begin with the same token.
    """

    def __init__(self, tower: nn.Module, one_start: bool = True) -> None:
        super().__init__()
        self.one_start = one_start
        use_fast_layers(tower.transformer)
        self.transformer = tower.transformer
        self.ln_final = tower.ln_final
        self.positional_embedding = tower.positional_embedding
        self.text_projection = tower.text_projection
        self.register_buffer('attn_mask', tower.attn_mask, persistent=False)
        self.pool = getattr(tower, 'text_pool_type', None) or tower.pool_type
        self.cls_emb = getattr(tower, 'cls_emb', None)
        if self.cls_emb is not None:  # a captioner's class token: it is always read
            self.pool = 'last'
        self.requires_grad_(False)

    @property
    def out_channels(self) -> int:
        """D, the width of the joint space."""
        if self.text_projection is None:
            return self.positional_embedding.shape[1]
        if isinstance(self.text_projection, nn.Linear):
            return self.text_projection.out_features
        return self.text_projection.shape[1]

    @property
    def context_length(self) -> int:
        """The context length: places of a text, with start and end."""
        return len(self.positional_embedding) - (self.cls_emb is not None)

    def encode_embedded(self, x: Tensor, ends: Tensor) -> Tensor:
        """The transformer's output at the places that are pooled.

        Args:
            x: Embedded tokens of the texts, (S, L, width).
            ends: Places of the texts' last tokens, (S,), on the CPU.

        Returns:
            (S, width).
        """
        blocks = self.transformer.resblocks
        fast = all(isinstance(block.attn, FastSelfAttention) for block in blocks)
        if self._cuts and self.one_start and fast:
            return encode_ends(blocks, x, ends)
        return self._pooled(self._run(x, ends), ends)

    def _run(self, x: Tensor, ends: Tensor) -> Tensor:
        """The transformer's output at every place, (S, L, width).

        If there is a class token, it is one more place at the end.
        """
        if self.cls_emb is not None:
            return self.transformer(*self._with_class_token(x, ends))
        size = x.shape[1]
        mask = None if self.attn_mask is None else self.attn_mask[:size, :size]
        return self.transformer(x, attn_mask=mask)

    def _with_class_token(self, x: Tensor, ends: Tensor) -> tuple[Tensor, Tensor]:
        """Texts with a class token after their padding, and the attention mask.

        open_clip masks the padding one place late, and its CoCa weights were trained in
        this way: the first place of padding is read, and the class token itself is not
        [from open_clip].
        """
        token = self.cls_emb + self.positional_embedding[-1]
        x = torch.cat([x, token.to(x).expand(len(x), 1, -1)], dim=1)
        read = torch.arange(x.shape[1]) <= ends[:, None] + 1
        hidden = torch.zeros(read.shape).masked_fill(~read, -torch.inf).to(x)
        return x, (self.attn_mask + hidden[:, None])[:, None]

    def _unit(self, x: Tensor) -> Tensor:
        """Projects places or texts to unit features in the joint space."""
        x = self._project(self.ln_final(x))
        return F.normalize(at_least_single(x), dim=-1)

    @property
    def _cuts(self) -> bool:
        """Tells whether tokens after a text's end have no influence."""
        return self.attn_mask is not None and self.pool in ('argmax', 'eos')

    def _pooled(self, x: Tensor, ends: Tensor) -> Tensor:
        if self.pool in ('argmax', 'eos'):
            return x[torch.arange(len(x), device=x.device), ends.to(x.device)]
        return x[:, 0] if self.pool == 'first' else x[:, -1]

    def _project(self, x: Tensor) -> Tensor:
        if self.text_projection is None:  # the tower is as wide as the joint space
            return x
        if isinstance(self.text_projection, nn.Linear):
            return self.text_projection(x)
        return x @ self.text_projection


def find_text_tower(model: nn.Module, arch: str | dict) -> nn.Module:
    """The text tower of a model.

    Raises:
        ValueError: If it is not open_clip's own transformer, or has no projection
            although its width is not that of the joint space.
    """
    tower = getattr(model, 'text', model)
    if not hasattr(tower, 'token_embedding'):
        raise ValueError(
            f"arch={arch!r}: OpenCLIPText needs open_clip's own text transformer; take "
            'another arch'
        )
    config = arch_config(arch)
    width = tower.token_embedding.embedding_dim
    if tower.text_projection is None and width != config['embed_dim']:
        raise ValueError(
            f'arch={arch!r}: its text tower has no projection (text_cfg.proj_type), '
            f'and its width is {width}, not embed_dim={config["embed_dim"]}'
        )
    return tower


def tower_state(tower: nn.Module) -> dict[str, Tensor]:
    """The weights of a text tower under the names of :class:`OpenCLIPTextTower`."""
    kept = {'transformer', 'ln_final', 'positional_embedding', 'text_projection'}
    return {
        name: value
        for name, value in tower.state_dict().items()
        if name.split('.')[0] in kept | {'cls_emb'}
    }
