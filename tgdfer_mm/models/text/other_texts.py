"""Texts of other classes, encoded by the text tower of an existing model."""

from copy import copy

import torch
from torch import Tensor, nn

from ..vision_language.kept_weights import kept_weights
from ..vision_language.open_clip_models import load_clip
from .openclip_text import OpenCLIPText
from .openclip_text_tower import find_text_tower

SAME = 1e-2  # relative change of an embedding by half precision


class LackingWordsError(ValueError):
    """A text tower has no embeddings of some words."""

    exit_code = 2  # of a command


def with_texts(encoder: OpenCLIPText, texts: dict[str, list[str]]) -> OpenCLIPText:
    """A copy of a text encoder for other classes, which shares its tower.

    Words that the encoder does not have come from its ``pretrained``, if that is on
    this machine; nothing is fetched. The trained contexts of single classes are not
    used: the contexts of the new classes are those of the template, or without one the
    mean of the old contexts [choice].

    Args:
        encoder: The encoder, in evaluation mode.
        texts: Class to its texts, in the order of the new features.

    Raises:
        LackingWordsError: If the tower lacks words; the message names them.
        ValueError: If a text is too long for the tower.
    """
    new = _copied(encoder)
    new.texts, new.classes, new._cache = texts, tuple(texts), None
    new._encoded = new._encode_texts(kept=None)
    ids, rows = _words(encoder, new)
    new.token_ids, new.token_rows = ids, rows
    width = encoder.context.shape[2]
    context = encoder.context.new_empty(len(texts), encoder.num_context, width)
    learned = encoder.context.requires_grad
    new.context = nn.Parameter(context, requires_grad=learned)
    if encoder.template is None:
        with torch.no_grad():
            new.context.copy_(encoder.context.mean(0, keepdim=True))
    else:
        new._start_context()
    return new


def learned_for_classes(encoder: OpenCLIPText) -> bool:
    """Tells whether training has changed the contexts from the template."""
    if encoder.template is None or not encoder.context.numel():
        return bool(encoder.context.numel())
    start = encoder._embed(torch.tensor(encoder.template)).to(encoder.context)
    return not torch.allclose(encoder.context, start.expand_as(encoder.context))


def _copied(module: OpenCLIPText) -> OpenCLIPText:
    """A shallow copy, whose parts can be replaced."""
    new = copy(module)
    for name in ('_parameters', '_buffers', '_modules'):
        setattr(new, name, dict(getattr(module, name)))
    return new


def _words(old: OpenCLIPText, new: OpenCLIPText) -> tuple[Tensor, Tensor]:
    """Ids of the words in the new texts, and their embeddings."""
    cut = old.tokenizer
    used = {*cut.start, *cut.end, cut.pad, *(old.template or ())}
    used.update(*new._encoded)
    wanted, known = sorted(used), set(old.token_ids.tolist())
    ids = torch.tensor(wanted, device=old.token_ids.device)
    if known >= used:
        return ids, old._embed(ids)
    more, kept = all_words(old)
    _refuse_lacking(new, known | (set(range(len(more))) if kept is None else {*kept}))
    rows = more[ids.cpu()].to(old.token_rows)
    own = torch.tensor([token in known for token in wanted], device=ids.device)
    rows[own] = old._embed(ids[own])
    return ids, rows


def all_words(encoder: OpenCLIPText) -> tuple[Tensor, list[int] | None]:
    """The embeddings of all words, and the ids that exist; None means all.

    They come from ``pretrained``. There are none if that is not on this machine, or is
    not the file that the encoder was trained from.
    """
    path = kept_weights(encoder.arch, encoder.pretrained)
    if path is None:
        return encoder.token_rows.new_empty(0, encoder.token_rows.shape[1]), None
    model, kept = load_clip(encoder.arch, path.source, path.activation(encoder))
    words = find_text_tower(model, encoder.arch).token_embedding.weight.detach()
    own = encoder.token_rows.cpu().float()
    theirs = words[encoder.token_ids.cpu()]
    if not torch.allclose(own, theirs, atol=SAME):
        # The model was not trained from these weights: its words have other embeddings.
        return words[:0], None
    return words, kept


def _refuse_lacking(new: OpenCLIPText, known: set[int]) -> None:
    """Refuses words that are not known.

    Raises:
        LackingWordsError: If there is such a word.
    """
    texts = [text for options in new.texts.values() for text in options]
    lacking: list[str] = []
    for text, ids in zip(texts, new._encoded, strict=True):
        absent = [token for token in ids if token not in known]
        if absent:
            words = [w for w in text.split() if {*new.tokenizer.encode(w)} - known]
            lacking += words or [new.tokenizer.decode(absent).strip() or text]
    if lacking:
        named = ', '.join(repr(word) for word in dict.fromkeys(lacking))
        raise LackingWordsError(
            f'the text tower of this model has no embedding of {named}. Use other '
            'words, or a model that has all words: one with CLIP, or a config whose '
            'text_encoder.pretrained names the file of its tower'
        )
