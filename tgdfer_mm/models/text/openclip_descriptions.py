"""A text tower that gives the words of descriptions at several depths."""

import math
from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn.utils.rnn import pad_sequence

from ...registry import MODELS
from ..described import Described
from ..functional import at_least_single
from .free_texts import FreeTexts
from .openclip_text import OpenCLIPText
from .tokens import lay_out


@MODELS.register_module()
class OpenCLIPDescriptions(FreeTexts, OpenCLIPText):
    """A text tower that also encodes the words of clip descriptions [from DEVA].

    It is used with a neck such as ``DescriptionFusionNeck``. For the classes it gives
    the same as :class:`OpenCLIPText`. For a description of a clip it gives the words at
    ``taps`` evenly spaced depths, the last one at the end [choice; that texts of rising
    depth steer the other stream: from DEVA]: with twelve blocks and three taps after
    the 4th, the 8th and the 12th block. The end token counts as a word, the start token
    does not.

    No part of this is trained. Training and testing read the word embeddings from
    ``pretrained``, because checkpoints only have those of the class texts.

    Args:
        arch: As for :class:`OpenCLIPText`.
        descriptions: Descriptions of the classes, as for :class:`OpenCLIPText`.
        pretrained: As for :class:`OpenCLIPText`.
        taps: S, the number of depths.
        truncate: Whether descriptions that are too long for the tower are cut, or are
            an error.
        keep: Number of different texts whose words are cached in memory.
        **kwargs: As for :class:`OpenCLIPText`.

    Raises:
        ValueError: If the tower has fewer blocks than taps.
    """

    def __init__(
        self,
        arch: str | dict,
        descriptions: str | dict[str, list[str]],
        pretrained: str | None = None,
        taps: int = 3,
        truncate: bool = False,
        keep: int = 2048,
        **kwargs,
    ) -> None:
        super().__init__(arch, descriptions, pretrained, truncate=truncate, **kwargs)
        blocks = len(self.transformer.resblocks)
        if not 1 <= taps <= blocks:
            raise ValueError(f'taps={taps}, but the text tower has {blocks} blocks')
        self.depths = tuple(math.ceil(blocks * s / taps) for s in range(1, taps + 1))
        self.keep = keep

    @property
    def token_channels(self) -> int:
        """W, the width of a word."""
        return self.positional_embedding.shape[1]

    @torch.no_grad()
    def describe(
        self, texts: Sequence[Sequence[str]], clips: Sequence[str]
    ) -> Described:
        """Encodes the words of descriptions.

        Args:
            texts: Q texts of each of N clips; an empty text has no words.
            clips: Names of the clips, for errors.

        Raises:
            ValueError: If the tower has no embedding of a word, a text is too long, or
                the clips differ in Q.
            LackingWordsError: See :meth:`.FreeTexts.text_tokens`.
        """
        counts = {len(own) for own in texts}
        if len(counts) != 1:
            raise ValueError(
                f'clips of one batch have {sorted(counts)} descriptions; give each one '
                'text, or one for each frame'
            )
        owners: dict[str, str] = {}
        for own, clip in zip(texts, clips, strict=True):
            for text in own:
                owners.setdefault(text, clip)
        words = self._words_of(owners)
        place = {text: i for i, text in enumerate(owners)}
        device = self.token_rows.device
        rows = [[place[text] for text in own] for own in texts]
        tokens = pad_sequence(words, batch_first=True)  # (U, L, S, W)
        counts = torch.tensor([len(each) for each in words], device=device)
        mask = torch.arange(tokens.shape[1], device=device) < counts[:, None]
        place = torch.tensor(rows, device=device)
        return Described(tokens.permute(2, 0, 1, 3), mask, place)

    def _words_of(self, owners: dict[str, str]) -> list[Tensor]:
        """The words of each different text, (L, S, W)."""
        new = {t: clip for t, clip in owners.items() if t and t not in self.kept_texts}
        found = dict(self.kept_texts)
        if new:
            encoded = [
                self.text_tokens(text, f'the description of clip {clip}')
                for text, clip in new.items()
            ]
            # In single precision even under autocast, because the result is cached.
            with torch.autocast(self.token_rows.device.type, enabled=False):
                own = dict(zip(new, self._encode_words(encoded), strict=True))
            found |= own
            room = max(0, self.keep - len(self.kept_texts))
            self.kept_texts |= dict(list(own.items())[:room])
        none = self.token_rows.new_zeros(0, len(self.depths), self.token_channels)
        return [found[text] if text else none for text in owners]

    def _encode_words(self, encoded: list[list[int]]) -> list[Tensor]:
        first, around = len(self.tokenizer.start), self.tokenizer.around
        longest = max(map(len, encoded)) + around
        length = longest if self._cuts else self.context_length
        ids, ends = lay_out(encoded, 0, length, self.tokenizer)
        x = self._embed(ids).to(self.transformer.get_cast_dtype())
        x = x + self.positional_embedding[:length]
        mask = None if self.attn_mask is None else self.attn_mask[:length, :length]
        taken = []
        for depth, block in enumerate(self.transformer.resblocks, start=1):
            x = block(x, attn_mask=mask)
            if depth in self.depths:
                taken.append(at_least_single(x))
        x = torch.stack(taken, dim=2)  # (U, L, S, W)
        stops = ends + bool(self.tokenizer.end)
        return [row[first:stop] for row, stop in zip(x, stops.tolist(), strict=True)]
