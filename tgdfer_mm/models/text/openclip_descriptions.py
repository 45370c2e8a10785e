"""Descriptions of clips, word by word, at several depths of the text tower."""

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
    """:class:`OpenCLIPText` that also reads what is told of each clip.

    For a neck such as ``DescriptionFusionNeck``. Of the classes it gives what
    :class:`OpenCLIPText` gives. Of a description of a clip it gives the words at
    ``taps`` depths, evenly apart, the last one at the end [choice; that texts of rising
    depth steer the other stream: from DEVA]: of twelve blocks and three taps behind the
    4th, the 8th and the 12th. A text's end is one of its words, its start is not.

    Nothing of this is trained. Testing reads the words from ``pretrained``, as training
    does: checkpoints have those of the classes' texts alone.

    Args:
        arch: As for :class:`OpenCLIPText`.
        descriptions: Of the classes, as there.
        pretrained: As there.
        taps: S, how many depths.
        truncate: Whether descriptions of clips that the tower is too short for are
            cut, or an error.
        keep: Of how many different texts the words are kept in memory.
        **kwargs: As for :class:`OpenCLIPText`.

    Raises:
        ValueError: The tower has fewer blocks than taps.
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
        """The words of descriptions.

        Args:
            texts: Q texts of each of N clips; an empty one tells nothing.
            clips: Whose they are, for errors.

        Raises:
            ValueError: A text has a word that the tower has no embedding for, or is too
                long; or the clips differ in Q.
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
        """The words of different texts, each (L, S, W)."""
        new = {t: clip for t, clip in owners.items() if t and t not in self.kept_texts}
        found = dict(self.kept_texts)
        if new:
            encoded = [
                self.text_tokens(text, f'the description of clip {clip}')
                for text, clip in new.items()
            ]
            # In single precision whatever the caller's autocast: it is kept.
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
