"""Pre-training: the loss, the shortcuts that change nothing, one small run."""

import numpy as np
import open_clip
import pytest
import torch
import torch.nn.functional as F
from open_clip.tokenizer import SimpleTokenizer

from lab.pretraining.contrastive import (
    PairSet,
    contrastive_loss,
    draw_pairs,
    encode_tokens,
    pretrain,
)

TOKENIZER = SimpleTokenizer()
CONFIG = dict(
    embed_dim=16,
    quick_gelu=True,
    vision_cfg=dict(image_size=32, layers=1, width=64, patch_size=16),
    text_cfg=dict(context_length=77, vocab_size=49408, width=64, heads=1, layers=2),
)


def unit(*shape):
    return F.normalize(torch.randn(*shape), dim=-1)


def test_loss_is_open_clips_when_all_sentences_differ():
    image, text, scale = unit(6, 8), unit(6, 8), torch.tensor(9.0)
    wanted = open_clip.loss.ClipLoss()(image, text, scale)
    got = contrastive_loss(image, text, scale, torch.eye(6, dtype=torch.bool))
    assert torch.allclose(got, wanted)


def test_equal_sentences_are_no_negatives():
    image, text = unit(4, 8), unit(4, 8)
    text[2] = text[0]
    same = torch.eye(4, dtype=torch.bool)
    same[0, 2] = same[2, 0] = True
    logits = (5 * image @ text.T).double()
    rows = [[0, 1, 3], [0, 1, 2, 3], [1, 2, 3], [0, 1, 2, 3]]
    wanted = sum(
        part[i, kept].logsumexp(0) - part[i, i]
        for part in (logits, logits.T)
        for i, kept in enumerate(rows)
    )
    got = contrastive_loss(image, text, torch.tensor(5.0), same)
    assert got.item() == pytest.approx(wanted.item() / 8, rel=1e-5)


def test_cut_and_sorted_text_gives_the_towers_features():
    model = open_clip.CLIP(**CONFIG).eval()
    texts = [
        'jaw',
        'brows raised, jaw dropped',
        'a',
        'eyes wide open now',
        'nose',
        'x y',
    ]
    tokens = TOKENIZER(texts)
    with torch.no_grad():
        wanted = model.encode_text(tokens, normalize=True)
        assert torch.allclose(encode_tokens(model, tokens), wanted, atol=1e-5)


def test_pairs_do_not_depend_on_the_number_of_processes():
    one, two = (
        draw_pairs(0, 130, 32, easy=9, variants=2, workers=workers)
        for workers in (1, 2)
    )
    assert np.array_equal(one.images, two.images)
    assert np.array_equal(one.tokens, two.tokens)
    assert one.images.shape == (130, 32, 32, 3) and one.tokens.shape == (130, 2, 77)


def black_and_white():
    images = np.zeros((16, 32, 32, 3), np.uint8)
    images[8:] = 255
    tokens = TOKENIZER(['brows raised'] * 8 + ['jaw dropped'] * 8)
    return PairSet(images, tokens[:, None].numpy().astype(np.int32), 0)


def train(kept, pairs, steps=25):
    torch.manual_seed(0)
    model = open_clip.CLIP(**CONFIG)
    before = model.token_embedding.weight.detach().clone()
    losses = []
    pretrain(
        model,
        pairs,
        torch.tensor(kept),
        steps=steps,
        batch=16,
        lr=3e-3,
        seed=0,
        device='cpu',
        report=lambda step, loss, scale: losses.append(loss),
    )
    return model, before, losses


def test_training_learns_and_touches_kept_words_alone():
    words = TOKENIZER.encode('brows raised jaw dropped')
    kept = sorted({0, 49406, 49407, *words})
    model, before, losses = train(kept, black_and_white())
    after = model.token_embedding.weight.detach()
    changed = set((after != before).any(1).nonzero().flatten().tolist())
    assert set(words) <= changed <= set(kept)
    assert losses[-1] < 0.3 * losses[0]
    again, _, _ = train(kept, black_and_white())
    assert torch.equal(again.visual.proj, model.visual.proj)


def test_a_word_that_is_not_kept_is_named():
    kept = sorted({0, 49406, 49407, *TOKENIZER.encode('brows raised jaw')})
    with pytest.raises(ValueError, match='dropped'):
        train(kept, black_and_white(), steps=1)
