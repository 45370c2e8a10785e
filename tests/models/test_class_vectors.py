"""Neck and head without text: parity with a linear classifier, and training."""

from unittest.mock import MagicMock

import pytest
import torch
import torch.nn.functional as F

from tgdfer_mm.models.text import LearnedClassVectors
from tgdfer_mm.registry import MODELS


@pytest.fixture
def model(build_recognizer, texts):
    model = build_recognizer(head=dict(pooling='mean'))
    vectors = dict(type='LearnedClassVectors', classes=[*texts], out_channels=32)
    model.text_encoder = MODELS.build(vectors)
    return model


def test_starts_as_a_linear_classifier_on_unit_features(model, make_batch):
    batch = model.eval().data_preprocessor(make_batch([16]))
    with torch.no_grad():
        frames, _ = model.extract_feat(batch['inputs'], stage='backbone')
        output, _ = model.extract_feat(batch['inputs'], stage='head')
    weight = 100 * F.normalize(model.text_encoder.vectors, dim=-1)
    expected = F.linear(F.normalize(frames, dim=-1), weight).mean(1)
    assert torch.allclose(output.logits, expected, atol=1e-3)


def test_the_vectors_learn(model, make_batch):
    wrapper = MagicMock()
    model.train().train_step(make_batch([16, 3]), wrapper)
    wrapper.update_params.call_args.args[0].backward()
    assert model.text_encoder.vectors.grad.any(-1).all()


def test_classes_come_from_a_label_set_or_a_list():
    assert LearnedClassVectors('dfew', 8).classes[:2] == ('happy', 'sad')
    assert LearnedClassVectors(['a', 'b'], 8)().shape == (2, 8)
    with pytest.raises(ValueError, match='dfwe'):
        LearnedClassVectors('dfwe', 8)
