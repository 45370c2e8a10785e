"""The text side: learned contexts and descriptions through a whole tower."""

import loops
import pytest
import torch

from tgdfer_mm.models.text import LearnedClassVectors, OpenCLIPText, OpenCLIPWords
from tgdfer_mm.models.text.tokens import TOKENIZER

WIDTH, OUT, HEADS, CONTEXT = 8, 6, 2, 2
ARCH = dict(
    embed_dim=OUT,
    quick_gelu=True,
    vision_cfg=dict(image_size=16, patch_size=16, layers=1, width=8, head_width=8),
    text_cfg=dict(
        context_length=16, vocab_size=49408, width=WIDTH, heads=HEADS, layers=2
    ),
)
TEXTS = {
    'happy': ['cheeks raised', 'lip corners pulled up'],
    'sad': ['brows raised'],
    'angry': ['brows lowered', 'lips', 'lids tight'],
}


def build(kind, **options):
    """A small tower with random weights; each class has another context."""
    with torch.random.fork_rng():
        torch.manual_seed(3)
        text = kind(ARCH, TEXTS, context_init=None, num_context=CONTEXT, **options)
    text.token_rows.normal_(generator=torch.Generator().manual_seed(4))
    return loops.stir(text, std=0.4)


def prompt_of(text, c, sentence):
    """Start, the contexts of the class, the description, end; with their places."""
    words = dict(zip(text.token_ids.tolist(), text.token_rows.tolist(), strict=True))
    prompt = [
        words[TOKENIZER.sot_token_id],
        *text.context[c].tolist(),
        *[words[token] for token in TOKENIZER.encode(sentence)],
        words[TOKENIZER.eot_token_id],
    ]
    return [
        loops.add(token, text.positional_embedding[i].tolist())
        for i, token in enumerate(prompt)
    ]


def transformed(text, x):
    """All blocks: each token attends to itself and those before it."""
    for block in text.transformer.resblocks:
        attention = block.attn
        weight, bias = (
            attention.in_proj_weight.tolist(),
            attention.in_proj_bias.tolist(),
        )
        rows = []
        for each in x:
            normed = loops.layer_norm(block.ln_1, each)
            row = [loops.dot(w, normed) + b for w, b in zip(weight, bias, strict=True)]
            rows.append(loops.thirds(row))
        queries, keys, values = zip(*rows, strict=True)
        for i in range(len(x)):
            seen = slice(0, i + 1)
            mixed = loops.multi_head(queries[i], keys[seen], values[seen], HEADS)
            x[i] = loops.add(x[i], loops.linear(attention.out_proj, mixed))
        for i in range(len(x)):
            normed = loops.layer_norm(block.ln_2, x[i])
            refined = loops.network(
                block.mlp.c_fc, loops.quick_gelu, block.mlp.c_proj, normed
            )
            x[i] = loops.add(x[i], refined)
    columns = text.text_projection.t().tolist()
    found = [loops.layer_norm(text.ln_final, each) for each in x]
    return [loops.unit([loops.dot(each, c) for c in columns]) for each in found]


def places(text):
    """Of each class what the tower makes of its descriptions, place by place."""
    return [
        [transformed(text, prompt_of(text, c, sentence)) for sentence in options]
        for c, options in enumerate(TEXTS.values())
    ]


@torch.no_grad()
def test_the_feature_of_a_class_is_the_unit_mean_of_its_unit_features():
    text = build(OpenCLIPText)
    expected = [
        loops.unit(loops.mean([description[-1] for description in own]))
        for own in places(text)
    ]
    loops.close(text(), expected)


@torch.no_grad()
def test_training_encodes_the_drawn_description_alone(monkeypatch):
    text = build(OpenCLIPText).train()
    monkeypatch.setattr(text, 'draw', lambda: [1, 2, 5])
    drawn = (1, 0, 2)  # of each class
    expected = [own[i][-1] for own, i in zip(places(text), drawn, strict=True)]
    loops.close(text(), expected)


@torch.no_grad()
@pytest.mark.parametrize('training', [False, True])
def test_words_are_the_places_after_the_contexts(monkeypatch, training):
    text = build(OpenCLIPWords).train(training)
    monkeypatch.setattr(text, 'draw', lambda: [1, 2, 5])
    drawn = (1, 0, 2)
    expected = []
    for own, i in zip(places(text), drawn, strict=True):
        own = [own[i]] if training else own
        row = [loops.unit(loops.mean([description[-1] for description in own]))]
        for description in own:
            row += description[1 + CONTEXT : -1]
        expected.append(row)
    longest = max(map(len, expected))
    for row in expected:
        row += [[0.0] * OUT] * (longest - len(row))
    loops.close(text(), expected)


def test_vectors_in_the_place_of_texts_are_unit():
    vectors = loops.stir(LearnedClassVectors(['a', 'b', 'c'], 5))
    loops.close(vectors(), [loops.unit(row) for row in vectors.vectors.tolist()])
