"""Label maps: complete, and probabilities stay probabilities."""

import json

import pytest
import torch

from tgdfer_mm.datasets import load_classes
from tgdfer_mm.labels.label_map import label_map_names, load_label_map

MAFW, DFEW = load_classes('mafw'), load_classes('dfew')


# What each label set calls the expressions that it has.
BASIC = ('happy', 'sad', 'neutral', 'angry', 'surprise', 'disgust', 'fear')
NOUNS = ('happiness', 'sadness', 'neutral', 'anger', 'surprise', 'disgust', 'fear')
WORDS = {
    'dfew': dict(zip(BASIC, BASIC, strict=True)),
    'ferv39k': dict(zip(BASIC, BASIC, strict=True)),
    'mafw': dict(zip(BASIC, NOUNS, strict=True)),
    'cremad': {b: {'angry': 'anger'}.get(b, b) for b in BASIC if b != 'surprise'},
    'ravdess': {b: dict(fear='fearful', surprise='surprised').get(b, b) for b in BASIC},
    'enterface05': {b: n for b, n in zip(BASIC, NOUNS, strict=True) if b != 'neutral'},
}


@pytest.mark.parametrize('name', label_map_names())
def test_known_maps_join_what_both_have(name):
    found = load_label_map(name)
    assert name == f'{found.source}_to_{found.target}'
    ours, theirs = WORDS[found.source], WORDS[found.target]
    assert found.classes == {ours[b]: theirs[b] for b in ours if b in theirs}
    for side, words, other in (('source', ours, theirs), ('target', theirs, ours)):
        alone = set(load_classes(getattr(found, side))) - {
            words[b] for b in other if b in words
        }
        assert set(found.dropped[side]) == alone
    back = load_label_map(f'{found.target}_to_{found.source}')
    assert {v: k for k, v in found.classes.items()} == back.classes
    assert found.dropped['source'] == back.dropped['target']


def test_what_has_no_counterpart_is_said():
    said = load_label_map('ravdess_to_enterface05').without_counterpart
    assert said == "without a counterpart: neutral, calm of 'ravdess'"
    said = load_label_map('cremad_to_enterface05').without_counterpart
    assert said.endswith("neutral of 'cremad'; surprise of 'enterface05'")
    said = load_label_map('dfew_to_ferv39k').without_counterpart
    assert said == 'without a counterpart: no class'


def test_the_warning_is_that_of_the_pair():
    for name in label_map_names():
        warning = load_label_map(name).warning
        pair = set(name.split('_to_'))
        assert ('1,097' in (warning or '')) == (pair == {'dfew', 'mafw'})


def test_scores_move_by_name_and_not_by_place():
    scores = torch.eye(7)
    mapped = load_label_map('dfew_to_mafw').map_scores(scores, DFEW, MAFW)
    names = [MAFW[i] for i in mapped.argmax(-1).tolist()]
    assert names == [
        *('happiness', 'sadness', 'neutral', 'anger'),
        *('surprise', 'disgust', 'fear'),
    ]
    other = tuple(reversed(DFEW))
    again = load_label_map('dfew_to_mafw').map_scores(scores.flip(-1), other, MAFW)
    assert torch.equal(again, mapped)


def test_dropped_scores_leave_a_distribution_with_the_same_odds():
    scores = torch.randn(5, 11).softmax(-1)
    mapped = load_label_map('mafw_to_dfew').map_scores(scores, MAFW, DFEW)
    assert torch.allclose(mapped.sum(-1), torch.ones(5))
    odds = scores[:, MAFW.index('anger')] / scores[:, MAFW.index('sadness')]
    ours = mapped[:, DFEW.index('angry')] / mapped[:, DFEW.index('sad')]
    assert torch.allclose(odds, ours)


def test_nothing_but_dropped_classes_is_no_opinion():
    scores = torch.zeros(11)
    scores[MAFW.index('contempt')] = 1
    mapped = load_label_map('mafw_to_dfew').map_scores(scores, MAFW, DFEW)
    assert torch.allclose(mapped, torch.full((7,), 1 / 7))


@pytest.fixture
def own(tmp_path):
    """A map in a file of the user's: two classes become one."""

    def write(**changes):
        classes = {c: c for c in DFEW} | {'disgust': 'angry'}
        data = dict(
            source='dfew',
            target='ferv39k',
            classes=classes,
            dropped=dict(source=[], target=['disgust']),
        )
        path = tmp_path / 'mine.json'
        path.write_text(json.dumps({**data, **changes}))
        return str(path)

    return write


def test_several_classes_may_lead_to_one(own):
    found = load_label_map(own())
    scores = torch.tensor([0.1, 0.1, 0.1, 0.2, 0.1, 0.3, 0.1])
    mapped = found.map_scores(scores, DFEW, DFEW)
    assert mapped[DFEW.index('angry')] == pytest.approx(0.5)
    assert mapped[DFEW.index('disgust')] == 0
    relevance = torch.rand(6, 7).softmax(0)
    moved = found.map_relevance(relevance, DFEW, DFEW)
    assert torch.allclose(moved.sum(0)[:5], torch.ones(5))  # as the source's
    assert torch.allclose(moved[:, 3], (relevance[:, 3] + relevance[:, 5]) / 2)
    assert moved[:, 5].abs().sum() == 0


@pytest.mark.parametrize(
    'changes, words',
    [
        (dict(dropped=dict(source=[])), "mine.json is no label map.*'target'"),
        (dict(dropped=dict(source=[], target=[])), "target 'ferv39k'.*'disgust'"),
        (dict(dropped=dict(source=['sad'], target=['disgust'])), "source.*'sad'"),
        (dict(classes={'happy': 'happy'}), "source 'dfew' .*'angry'"),
        (dict(source='nosuch'), "Unknown label set 'nosuch'"),
    ],
)
def test_every_class_is_mapped_or_dropped(own, changes, words):
    with pytest.raises(ValueError, match=words):
        load_label_map(own(**changes))


def test_what_is_no_probability_or_no_map():
    with pytest.raises(ValueError, match='adds probabilities.*negative'):
        load_label_map('dfew_to_mafw').map_scores(torch.randn(3, 7) - 9, DFEW, MAFW)
    with pytest.raises(ValueError, match="Unknown label map 'x'.*'dfew_to_ferv39k'"):
        load_label_map('x')


@pytest.mark.parametrize('text', ['{', '[]', '{"source": "dfew"}'])
def test_a_malformed_map_is_named(tmp_path, text):
    path = tmp_path / 'mine.json'
    path.write_text(text)
    with pytest.raises(ValueError, match='mine.json is no label map'):
        load_label_map(str(path))
