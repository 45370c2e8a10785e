"""The shipped small model: its size, its words, and what it sees in new faces."""

import json
import math

import numpy as np
import pytest
import torch
from open_clip.tokenizer import SimpleTokenizer
from safetensors import safe_open

from lab.pretraining.sentences import every_phrase
from lab.pretraining.zero_shot import (
    ARCHITECTURE,
    SHIPPED_VLM,
    class_features,
    frame_features,
    load_vlm,
    synth_descriptions,
)
from tgdfer_mm.datasets import load_classes
from tgdfer_mm.models.vision_language.text_image_checkpoint import check_tokens
from tgdfer_mm.synth.action_units import emotion_prototypes
from tgdfer_mm.synth.clips import EMOTIONS
from tgdfer_mm.synth.face import render_face
from tgdfer_mm.synth.identity import sample_identity
from tgdfer_mm.synth.nuisance import sample_nuisance


@pytest.fixture(scope='module')
def vlm():
    return load_vlm(SHIPPED_VLM)


def test_file_is_small_and_says_what_it_is():
    assert SHIPPED_VLM.stat().st_size <= 8 * 2**20
    with safe_open(SHIPPED_VLM, framework='pt') as file:
        header = file.metadata()
    assert json.loads(header['vlm_config']) == json.loads(ARCHITECTURE.read_text())
    assert 'synthetic' in header['provenance']
    assert 'tools/synth/pretrain_vlm.py' in header['command']
    assert header['seed'].isdecimal()


def test_it_knows_its_words_and_the_class_names(vlm):
    _, kept_ids = vlm
    tokenizer = SimpleTokenizer()
    check_tokens(every_phrase(), kept_ids, tokenizer)
    for texts in synth_descriptions().values():
        check_tokens(texts, kept_ids, tokenizer)
    for label_set in ('dfew', 'ferv39k', 'mafw'):
        check_tokens(load_classes(label_set), kept_ids, tokenizer)
    with pytest.raises(ValueError, match="'pumpkin'"):
        check_tokens(['pumpkin'], kept_ids, tokenizer)


def test_weights_are_finite_and_the_scale_is_capped(vlm):
    model, _ = vlm
    assert all(torch.isfinite(v).all() for v in model.state_dict().values())
    assert 0 < model.logit_scale.item() <= math.log(100) + 1e-3


def test_it_reads_the_apex_of_unseen_faces(vlm):
    model, kept_ids = vlm
    rng = np.random.default_rng(77)
    frames, truth = [], []
    for number in range(56):
        emotion = EMOTIONS[number % 7]
        variants = emotion_prototypes()[emotion]
        who = sample_identity('vlm_heldout', 77, number)
        units = variants[rng.integers(len(variants))]
        frames.append(render_face(who, units, sample_nuisance(rng), 64))
        truth.append(emotion)
    descriptions = synth_descriptions()
    text = class_features(model, kept_ids, descriptions)
    best = (frame_features(model, np.stack(frames)) @ text.T).argmax(1)
    hits = [
        list(descriptions)[k] == label for k, label in zip(best, truth, strict=True)
    ]
    assert np.mean(hits) >= 0.85
