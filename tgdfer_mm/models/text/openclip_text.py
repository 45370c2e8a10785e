"""The text encoder of TG-DFER: learnable contexts before class descriptions."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ...registry import MODELS
from ..vision_language.open_clip_models import load_clip
from ..vision_language.single_towers import build_text_model
from .descriptions import Source, load_descriptions
from .hub_tokenizer import check_tokenizer, find_tokenizer
from .openclip_text_tower import OpenCLIPTextTower, find_text_tower, tower_state
from .tokens import TextTokenizer, context_size, encode_texts, lay_out

TEMPLATE = 'a photo of a person whose face shows'


@MODELS.register_module()
class OpenCLIPText(OpenCLIPTextTower):
    """Text features of the classes, with learnable prompts [paper].

    The feature of class c is ``L2norm(text([SOS, p_1..p_m, description, EOT]))`` with p
    learnable for each class [paper: learnable prompts; form from DFER-CLIP]. Some
    tokenizers have no SOS, and some towers also read padding [from SigLIP]. The tower
    is frozen. Training encodes one description for each class and step, drawn with
    torch's generator. Evaluation averages all descriptions of a class and scales the
    mean to unit length [choice]; the result is cached until weights or mode change.

    Only the embeddings of tokens that the prompts use are stored, with their ids, so
    that a checkpoint is small and complete. If a checkpoint with other texts is loaded,
    each word is found by its id; an error names the words that are missing.

    Args:
        arch: open_clip model name, path of a JSON model config, or the config itself as
            a dict.
        descriptions: See :func:`load_descriptions`.
        pretrained: Tag of open_clip's weights, local file, or None. It is loaded by
            ``init_weights`` only.
        quick_gelu: Whether the weights of a local file were trained with quick GELU.
        context_init: Template whose token embeddings start the contexts, or None for
            ``N(0, 0.02^2)``.
        num_context: m; by default the template's number of tokens, or 8 without a
            template.
        learnable: Whether the contexts are trained.
        label_order: Order of the classes, the same as the data set's.
        tokenizer: Folder of a tokenizer or its repository (``hf-hub:org/name``), for an
            architecture that needs one (SigLIP, CLIPA, MetaCLIP's worldwide models). If
            ``arch`` is a folder or repository, the default is the tokenizer in it.

    Attributes:
        classes: Class names, in the order of the features.
        logit_scale: Factor of the cosines with which the towers were trained.
        logit_bias: Bias with which the towers were trained; None for towers without.

    Raises:
        ValueError: If m is not the template's number of tokens, a text is too long, the
            architecture's text tower is not open_clip's own transformer, or the
            tokenizer does not belong to the tower.
    """

    def __init__(
        self,
        arch: str | dict,
        descriptions: Source,
        pretrained: str | None = None,
        quick_gelu: bool | None = None,
        context_init: str | None = TEMPLATE,
        num_context: int | None = None,
        learnable: bool = True,
        label_order: str | None = None,
        tokenizer: str | TextTokenizer | None = None,
    ) -> None:
        # Check the user's input first: building the tower takes seconds.
        texts = load_descriptions(descriptions, label_order)
        cut = find_tokenizer(arch, tokenizer)
        template = cut.encode(context_init) if context_init else None
        num_context = context_size(template, num_context)
        model = build_text_model(arch)
        tower = find_text_tower(model, arch)
        super().__init__(tower, one_start=bool(cut.start))
        self.tokenizer = cut
        self._take_logits(model)
        self.arch = arch
        self.pretrained = pretrained
        self.quick_gelu = quick_gelu
        self.texts = texts
        self.classes = tuple(texts)
        self.context_init = context_init
        self.template = template
        self.num_context = num_context
        self._encoded = self._encode_texts(kept=None)
        used = {*cut.start, *cut.end, cut.pad}
        used.update(self.template or (), *self._encoded)
        words = tower.token_embedding.weight.detach()
        check_tokenizer(cut, used, arch, len(words))
        token_ids = torch.tensor(sorted(used))
        self.register_buffer('token_ids', token_ids)
        self.register_buffer('token_rows', words[token_ids])
        self._take_words(words, None)
        width = self.token_rows.shape[1]
        self.context = nn.Parameter(
            torch.empty(len(self.classes), self.num_context, width),
            requires_grad=learnable,
        )
        self._start_context()
        self._cache = None

    def init_weights(self) -> None:
        """Loads ``pretrained`` and initialises the contexts from its embeddings."""
        if self.pretrained is not None:
            model, kept = load_clip(self.arch, self.pretrained, self.quick_gelu)
            tower = find_text_tower(model, self.arch)
            self._encode_texts(kept)
            words = tower.token_embedding.weight.detach()
            rows = words[self.token_ids.cpu()]
            state = tower_state(tower)
            state |= {'token_ids': self.token_ids, 'token_rows': rows}
            self.load_state_dict(state | {'context': self.context.detach()})
            self._start_context()
            self._take_words(words, kept)
            self._take_logits(model)
        self._is_init = True

    def forward(self) -> Tensor:
        """The unit features of the classes, (K, D)."""
        if self.training:
            return self._drawn()
        if torch.is_grad_enabled():
            return self._average()
        if self._cache is None:
            self._cache = self._average()
        return self._cache

    def train(self, mode: bool = True) -> 'OpenCLIPText':
        """Sets the mode and clears the cache, because weights may have changed."""
        self._cache = None
        return super().train(mode)

    def _apply(self, fn, recurse: bool = True):
        self._cache = None
        return super()._apply(fn, recurse)

    def _load_from_state_dict(self, state, prefix, metadata, strict, *report) -> None:
        self._cache = None
        ids, rows = state.get(f'{prefix}token_ids'), state.get(f'{prefix}token_rows')
        own = self.token_ids.tolist()
        if ids is not None and rows is not None and ids.tolist() != own:
            place = {token: i for i, token in enumerate(ids.tolist())}
            lacking = [token for token in own if token not in place]
            if lacking:
                words = ' '.join(self.tokenizer.decode([t]).strip() for t in lacking)
                report[-1].append(
                    f'the checkpoint has no embeddings for {words!r}, which the '
                    'descriptions use: train with these descriptions, or set pretrained'
                )
                return
            state[f'{prefix}token_rows'] = rows[[place[token] for token in own]]
            state[f'{prefix}token_ids'] = self.token_ids
        super()._load_from_state_dict(state, prefix, metadata, strict, *report)

    def _take_words(self, words: Tensor, kept: list[int] | None) -> None:
        """Hook for subclasses that need more words than the descriptions use.

        Args:
            words: The embeddings of all tokens.
            kept: Ids of the words that the weights have; None means all.
        """

    def _start_context(self) -> None:
        with torch.no_grad():
            if self.template is None:
                self.context.normal_(std=0.02)
            else:
                self.context.copy_(self._embed(torch.tensor(self.template)))

    def _embed(self, ids: Tensor) -> Tensor:
        ids = ids.to(self.token_ids.device)
        return self.token_rows[torch.searchsorted(self.token_ids, ids)]

    def draw(self) -> list[int]:
        """Draws one description of each class: indices into all descriptions."""
        chosen, start = [], 0
        for options in self.texts.values():
            chosen.append(start + int(torch.randint(len(options), ())))
            start += len(options)
        return chosen

    def _drawn(self) -> Tensor:
        return self.encode(self.draw())

    def _average(self) -> Tensor:
        # In single precision even under autocast, because the result is cached.
        with torch.autocast(self.context.device.type, enabled=False):
            features = self.encode(range(len(self._encoded)))
        parts = features.split([len(options) for options in self.texts.values()])
        return F.normalize(torch.stack([part.mean(0) for part in parts]), dim=-1)

    def encode(self, chosen, context: Tensor | None = None) -> Tensor:
        """Encodes the chosen descriptions, each after the context of its class.

        Args:
            chosen: Indices into all descriptions.
            context: Contexts of the descriptions, (len(chosen), m, width), instead of
                those of their classes.
        """
        if context is None:
            context = self.context[[self._owner[i] for i in chosen]]
        return self._unit(self._encode([self._encoded[i] for i in chosen], context))

    @property
    def _owner(self) -> list[int]:
        """The class of each description."""
        return [c for c, options in enumerate(self.texts.values()) for _ in options]

    def _encode(self, encoded: list[list[int]], context: Tensor) -> Tensor:
        """The transformer's output for some texts, at the places that are pooled."""
        return self.encode_embedded(*self._place(encoded, context))

    def _place(
        self, encoded: list[list[int]], context: Tensor
    ) -> tuple[Tensor, Tensor]:
        """The transformer's input, (S, L, width), and the places of the texts' ends."""
        first, length = self._first_word, self._length(encoded)
        ids, ends = lay_out(encoded, self.num_context, length, self.tokenizer)
        x = self._embed(ids)
        start = x[:, : len(self.tokenizer.start)]
        x = torch.cat([start, context, x[:, first:]], dim=1)
        x = x.to(self.transformer.get_cast_dtype())
        return x + self.positional_embedding[: x.shape[1]], ends

    def _length(self, encoded: list[list[int]]) -> int:
        if not self._cuts:
            return self.context_length
        return max(map(len, encoded)) + self.num_context + self.tokenizer.around

    @property
    def _first_word(self) -> int:
        """The place of a text's first token, after start and contexts."""
        return len(self.tokenizer.start) + self.num_context

    def _encode_texts(self, kept: list[int] | None) -> list[list[int]]:
        """Token ids of all descriptions; `kept` as in :func:`encode_texts`."""
        return encode_texts(
            self.texts,
            self.num_context,
            self.context_length,
            kept,
            self.tokenizer,
            self.context_init,
        )

    def _take_logits(self, model: nn.Module) -> None:
        bias = getattr(model, 'logit_bias', None)
        self.logit_scale = float(model.logit_scale.detach().exp())
        self.logit_bias = None if bias is None else float(bias.detach())
