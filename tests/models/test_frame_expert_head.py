"""Scores of frames become a verdict: classes by name, pooled, padding left out."""

import pytest
import torch
from mmaction.structures import ActionDataSample

from tgdfer_mm.labels.classes import load_classes
from tgdfer_mm.labels.expression_names import same_expression
from tgdfer_mm.models import Bag, FrameExpertHead
from tgdfer_mm.registry import MODELS
from tgdfer_mm.video.errors import UsageError

AFFECTNET = (
    *('Anger', 'Contempt', 'Disgust', 'Fear'),
    *('Happiness', 'Neutral', 'Sadness', 'Surprise'),
)
DFEW = list(load_classes('dfew'))


def bag(logits, valid=None):
    mask = torch.arange(logits.shape[1]) < (valid or logits.shape[1])
    return Bag(logits, mask.expand(logits.shape[:2]), None)


@pytest.fixture
def logits():
    return torch.randn(2, 5, 8, generator=torch.manual_seed(0))


def test_classes_go_to_their_names_in_the_data_set_and_further_ones_to_the_end(logits):
    head = FrameExpertHead(AFFECTNET)
    assert head.classes == [*DFEW, 'contempt'] and head.remarks == []
    score = head.normalise(head(bag(logits)).instance)
    expected = logits.softmax(-1)
    for name, place in (('happy', 4), ('fear', 3), ('angry', 0), ('contempt', 1)):
        found = score[..., head.classes.index(name)]
        torch.testing.assert_close(found, expected[..., place])


def test_a_dropped_class_leaves_the_others_scaled_up_and_is_said(logits):
    head = FrameExpertHead(AFFECTNET, extra_classes='drop')
    assert head.classes == DFEW
    assert 'Contempt' in head.remarks[0] and 'scaled to sum' in head.remarks[0]
    score = head.normalise(head(bag(logits)).instance)
    torch.testing.assert_close(score.sum(-1), torch.ones(2, 5))
    whole = logits.softmax(-1)
    expected = whole[..., 4] / (1 - whole[..., 1])
    torch.testing.assert_close(score[..., DFEW.index('happy')], expected)


def test_a_class_that_the_expert_does_not_know_is_never_said():
    head = FrameExpertHead(('neutral', 'happy', 'sad', 'surprise', 'anger'))
    assert head.classes == DFEW
    assert head.remarks == [
        'The expert does not know disgust, fear; their scores are always 0.'
    ]
    output = head(bag(torch.randn(1, 3, 5)))
    score, whole = head.normalise(output.instance), head.probabilities(output)
    unknown = [DFEW.index('disgust'), DFEW.index('fear')]
    assert score[..., unknown].max() == 0 and whole[:, unknown].max() == 0
    assert output.weights.isfinite().all()


def test_without_a_label_set_the_names_stay(logits):
    head = FrameExpertHead(AFFECTNET, label_set=None)
    assert head.classes == list(AFFECTNET)
    score = head.normalise(head(bag(logits)).instance)
    torch.testing.assert_close(score, logits.softmax(-1))


def test_what_is_added_to_all_logits_of_a_frame_changes_nothing(logits):
    head = FrameExpertHead(AFFECTNET)
    shifted = head(bag(logits + torch.randn(2, 5, 1)))
    for a, b in zip(head(bag(logits))[:3], shifted[:3], strict=True):
        torch.testing.assert_close(a, b, atol=1e-5, rtol=1e-5)


def test_relevance_is_the_share_of_the_classs_probability(logits):
    output = FrameExpertHead(AFFECTNET, label_set=None)(bag(logits))
    share = logits.softmax(-1)
    torch.testing.assert_close(output.weights, share / share.sum(1, keepdim=True))


@pytest.mark.parametrize('pooling', ['topk', 'mean', 'logsumexp', 'relevance'])
def test_padding_changes_nothing(logits, pooling):
    head = FrameExpertHead(AFFECTNET, pooling=pooling)
    short = head(bag(logits[:, :3]))
    padded = head(bag(logits, valid=3))
    torch.testing.assert_close(padded.logits, short.logits)
    torch.testing.assert_close(padded.weights[:, :3], short.weights)
    assert padded.weights[:, 3:].abs().max() == 0


def test_the_verdict_is_of_the_best_quarter_of_the_frames():
    # One frame of four is happy beyond doubt, the others are neutral.
    logits = torch.zeros(1, 4, 2)
    logits[0, :, 1], logits[0, 2] = 3.0, torch.tensor([9.0, 0.0])
    head = FrameExpertHead(('happy', 'neutral'), label_set=None)
    z = logits.log_softmax(-1)
    expected = torch.stack([z[0, 2, 0], z[0, 0, 1]])
    torch.testing.assert_close(head(bag(logits)).logits[0], expected)


@pytest.mark.parametrize(
    ('arguments', 'said'),
    [
        (dict(), 'cls_head.classes is missing'),
        (dict(classes=['happy', 'joy']), 'happy more than once'),
        (dict(classes=['a', 'b']), 'none of cls_head.classes'),
        (dict(classes=['happy'], extra_classes='merge'), "'keep' or 'drop'"),
        (dict(classes=['happy'], temperature=0), 'temperature'),
    ],
)
def test_arguments_that_cannot_work_are_refused(arguments, said):
    with pytest.raises(UsageError, match=said):
        FrameExpertHead(**arguments)


def test_an_unknown_pooling_is_refused():
    with pytest.raises(ValueError, match='unknown MIL pooling'):
        FrameExpertHead(AFFECTNET, pooling='best')


def test_every_class_of_every_data_set_has_one_name():
    for name in ('dfew', 'ferv39k', 'mafw'):
        names = [same_expression(each) for each in load_classes(name)]
        assert len(set(names)) == len(names)
    assert {same_expression(n) for n in load_classes('ferv39k')} == {
        same_expression(n) for n in DFEW
    }
    assert same_expression('Happiness') == same_expression('happy') == 'happy'
    assert same_expression('Awe') == 'awe'


def build(**changes):
    return MODELS.build(
        dict(
            type='BagRecognizer',
            backbone=dict(
                type='FunctionExpert',
                function=lambda p: p.reshape(len(p), -1)[:, :8] / 50.0,
                out_channels=changes.pop('out_channels', 8),
            ),
            cls_head=dict(type='FrameExpertHead', classes=AFFECTNET),
            data_preprocessor=dict(
                type='ActionDataPreprocessor',
                mean=changes.pop('mean', [0.0] * 3),
                std=[1.0] * 3,
                format_shape='NCHW',
            ),
        )
    ).eval()


def test_in_a_recognizer_it_predicts_and_explains():
    clip = torch.randint(0, 256, (6, 3, 4, 4), dtype=torch.uint8)
    sample = ActionDataSample()
    sample.set_metainfo(dict(num_valid=4))
    [found] = build().test_step(dict(inputs=[clip], data_samples=[sample]))
    assert found.pred_score.shape == (8,)
    assert found.pred_score.sum().item() == pytest.approx(1, abs=1e-5)
    assert found.instance_scores.shape == found.relevance.shape == (6, 8)
    assert found.relevance[:4].sum(0).tolist() == pytest.approx([1] * 8, abs=1e-5)
    assert found.instance_mask.tolist() == [True] * 4 + [False] * 2


@pytest.mark.parametrize(
    ('changes', 'said'),
    [
        (dict(out_channels=7), 'gives 7 numbers.*names 8 classes'),
        (dict(mean=[1.0, 0.0, 0.0]), 'data_preprocessor.mean to zeros'),
    ],
)
def test_a_recognizer_whose_parts_do_not_fit_is_refused(changes, said):
    with pytest.raises(UsageError, match=said):
        build(**changes)
