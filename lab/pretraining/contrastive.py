"""Contrastive pre-training of a small vision-language model on drawn faces."""

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from open_clip.constants import OPENAI_DATASET_MEAN, OPENAI_DATASET_STD
from open_clip.tokenizer import SimpleTokenizer
from torch import Tensor, nn

from tgdfer_mm.synth.parallel import parallel_map

from .pairs import make_pair
from .sentences import say_as_caption

_TOKENIZER = SimpleTokenizer()
_MAX_TOKENS = 77


@dataclass(frozen=True)
class PairSet:
    """Faces and their sentences, several of each face.

    Attributes:
        images: (N, S, S, 3) uint8 RGB.
        tokens: (N, V, 77) int32, start and end included, 0 after the end.
        easy: How many of the faces, the first ones, are easy.
    """

    images: np.ndarray
    tokens: np.ndarray
    easy: int


def _draw_pairs(job: tuple[int, range, int, int, int]) -> tuple[np.ndarray, np.ndarray]:
    seed, numbers, size, variants, easy = job
    images = np.empty((len(numbers), size, size, 3), np.uint8)
    tokens = np.zeros((len(numbers), variants, _MAX_TOKENS), np.int32)
    for row, number in enumerate(numbers):
        images[row], units = make_pair(seed, number, size, easy=number < easy)
        rng = np.random.default_rng([seed, number, 1])
        for k in range(variants):
            ids = _TOKENIZER.encode(say_as_caption(units, rng))
            ids = [_TOKENIZER.sot_token_id, *ids, _TOKENIZER.eot_token_id]
            tokens[row, k, : len(ids)] = ids
    return images, tokens


def draw_pairs(
    seed: int,
    count: int,
    size: int,
    *,
    easy: int = 0,
    variants: int = 4,
    workers: int | None = None,
) -> PairSet:
    """Draws faces of the ``vlm`` identities and describes each several times.

    Args:
        seed: Seed of the pictures.
        count: N, number of pictures.
        size: S, their width and height, pixels.
        easy: How many of them, the first ones, are easy.
        variants: V, sentences per picture.
        workers: Processes; by default one per core. The result is the same.
    """
    chunk = 128
    jobs = [
        (seed, range(i, min(i + chunk, count)), size, variants, easy)
        for i in range(0, count, chunk)
    ]
    parts = parallel_map(_draw_pairs, jobs, workers)
    images, tokens = zip(*parts, strict=True)
    return PairSet(np.concatenate(images), np.concatenate(tokens), easy)


def contrastive_loss(
    image: Tensor, text: Tensor, scale: Tensor, same: Tensor
) -> Tensor:
    """Symmetric InfoNCE; equal sentences do not count as negatives.

    Args:
        image: Unit features (B, D).
        text: Unit features (B, D); row i belongs to image i.
        scale: Factor of the cosines.
        same: (B, B) bool, whether two rows carry the same sentence.
    """
    logits = scale * image @ text.T
    others = same & ~torch.eye(len(same), dtype=torch.bool, device=same.device)
    logits = logits.masked_fill(others, float('-inf'))
    target = torch.arange(len(logits), device=logits.device)
    return (F.cross_entropy(logits, target) + F.cross_entropy(logits.T, target)) / 2


def encode_tokens(model: nn.Module, tokens: Tensor) -> Tensor:
    """Unit text features (B, D), rows of similar length together and cut to it.

    A causal tower that pools at the end of text sees nothing behind it, so the cut
    changes nothing but the time.
    """
    lengths = (tokens != 0).sum(1)
    parts = lengths.argsort(stable=True).chunk(4)
    features = torch.cat(
        [_encode_rows(model, tokens[part, : int(lengths[part[-1]])]) for part in parts]
    )
    return features[torch.cat(parts).argsort()]


def _encode_rows(model: nn.Module, tokens: Tensor) -> Tensor:
    length = tokens.shape[1]
    x = model.token_embedding(tokens) + model.positional_embedding[:length]
    x = model.transformer(x, attn_mask=model.attn_mask[:length, :length])
    x = model.ln_final(x)[torch.arange(len(x)), tokens.argmax(1)]
    return F.normalize(x @ model.text_projection, dim=-1)


def normalise(images: Tensor) -> Tensor:
    """Pictures (B, S, S, 3) uint8 to the tower's input (B, 3, S, S), CLIP's scale."""
    x = images.permute(0, 3, 1, 2).float() / 255
    mean = torch.tensor(OPENAI_DATASET_MEAN, device=x.device).view(3, 1, 1)
    std = torch.tensor(OPENAI_DATASET_STD, device=x.device).view(3, 1, 1)
    return (x - mean) / std


def _augment(x: Tensor, generator: torch.Generator) -> Tensor:
    """Mirrors, zooms and shifts each picture a little; brows and lips stay in it."""
    n = len(x)
    draw = torch.rand(n, 4, generator=generator).to(x.device)
    zoom = 1 - 0.16 * draw[:, 0]
    mirror = torch.where(draw[:, 1] < 0.5, -1.0, 1.0)
    theta = torch.zeros(n, 2, 3, device=x.device)
    theta[:, 0, 0] = zoom * mirror
    theta[:, 1, 1] = zoom
    theta[:, :, 2] = (draw[:, 2:] - 0.5) * 0.14
    grid = F.affine_grid(theta, list(x.shape), align_corners=False)
    return F.grid_sample(x, grid, padding_mode='reflection', align_corners=False)


def _groups(model: nn.Module, lr: float, decay: float) -> list[dict]:
    plain = [p for p in model.parameters() if p.ndim < 2]
    plain = [p for p in plain if p is not model.logit_scale]
    plain += [model.token_embedding.weight, model.positional_embedding]
    skip = {id(p) for p in [*plain, model.logit_scale]}
    rest = [p for p in model.parameters() if id(p) not in skip]
    return [
        dict(params=plain, weight_decay=0.0),
        dict(params=rest, weight_decay=decay),
        # In so few steps the scale would not get anywhere at the others' rate.
        dict(params=[model.logit_scale], weight_decay=0.0, lr=10 * lr),
    ]


@contextmanager
def _compact_vocabulary(model: nn.Module, kept_ids: Tensor) -> Iterator[None]:
    """Lets the model have embeddings of the kept ids alone, numbered from 0.

    Their order is kept, so the end of text stays the largest id. Updating all of
    open_clip's vocabulary would cost more than the image tower.
    """
    full = model.token_embedding
    compact = full.weight.detach()[kept_ids]
    model.token_embedding = nn.Embedding.from_pretrained(compact, freeze=False)
    yield
    with torch.no_grad():
        full.weight[kept_ids] = model.token_embedding.weight
    model.token_embedding = full


def _renumber(tokens: Tensor, kept_ids: Tensor) -> Tensor:
    places = torch.searchsorted(kept_ids, tokens).clamp_(max=len(kept_ids) - 1)
    unknown = tokens[kept_ids[places] != tokens]
    if len(unknown):
        words = _TOKENIZER.decode(unknown.unique().tolist())
        raise ValueError(f'sentences have words that are not kept: {words!r}')
    return places


def pretrain(
    model: nn.Module,
    pairs: PairSet,
    kept_ids: Tensor,
    *,
    steps: int,
    batch: int,
    lr: float,
    seed: int,
    device: str,
    report: Callable[[int, float, float], None],
    weight_decay: float = 0.05,
) -> None:
    """Trains a model built by ``open_clip.CLIP`` in place.

    The first eighth of the steps takes easy faces alone. Without them both towers
    give every input the same feature for hundreds of steps before they find anything
    that pictures and sentences have in common (measured: 200 steps of 128 without,
    80 of 64 with).

    Args:
        model: The model, on the device.
        pairs: Faces and sentences.
        kept_ids: Ids of all tokens that occur in them, ascending.
        steps: Number of optimiser steps.
        batch: Pairs in a step.
        lr: Peak learning rate, after a warm-up of 5 % and before a cosine decay.
        seed: Seed of the order, the sentences and the augmentation.
        device: ``cpu`` or ``cuda``.
        report: Called with step, loss and logit scale now and then.
        weight_decay: AdamW's, for matrices other than embeddings.

    Raises:
        ValueError: If a sentence has a word that is not kept.
    """
    model.train()
    model.visual.to(memory_format=torch.channels_last)  # faster on a CPU
    kept_ids = kept_ids.to(device)
    with _compact_vocabulary(model, kept_ids):
        _train(model, pairs, kept_ids, steps, batch, lr, seed, report, weight_decay)


def _train(
    model: nn.Module,
    pairs: PairSet,
    kept_ids: Tensor,
    steps: int,
    batch: int,
    lr: float,
    seed: int,
    report: Callable[[int, float, float], None],
    weight_decay: float,
) -> None:
    device = kept_ids.device
    generator = torch.Generator().manual_seed(seed)
    optimizer = torch.optim.AdamW(
        _groups(model, lr, weight_decay), lr=lr, betas=(0.9, 0.98)
    )
    warm = max(1, steps // 20)

    def factor(step: int) -> float:
        if step < warm:
            return (step + 1) / warm
        return 0.5 * (1 + math.cos(math.pi * (step - warm) / max(1, steps - warm)))

    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, factor)
    images = torch.from_numpy(pairs.images).to(device)
    tokens = torch.from_numpy(pairs.tokens).to(device).long()
    tokens = _renumber(tokens, kept_ids)
    for step in range(steps):
        among = pairs.easy if pairs.easy and step < steps // 8 else len(images)
        rows = torch.randint(among, (batch,), generator=generator).to(device)
        which = torch.randint(tokens.shape[1], (batch,), generator=generator)
        words = tokens[rows, which.to(device)]
        same = (words[:, None] == words[None]).all(-1)
        x = _augment(normalise(images[rows]), generator)
        x = x.contiguous(memory_format=torch.channels_last)
        image = F.normalize(model.visual(x), dim=-1)
        scale = model.logit_scale.exp()
        loss = contrastive_loss(image, encode_tokens(model, words), scale, same)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        schedule.step()
        with torch.no_grad():
            model.logit_scale.clamp_(0, math.log(100))
        if step % max(1, steps // 20) == 0 or step == steps - 1:
            report(step, loss.item(), scale.item())
