"""A reply counts if it is one class name, or JSON with one; nothing else does."""

import json

import pytest

from tgdfer_mm.labels.classes import load_classes
from tgdfer_mm.labels.replies import PROBLEMS, ReplyReader

CLASSES = load_classes('dfew')
READER = ReplyReader(CLASSES)


def named(reply: str, **about) -> str | None:
    reading = READER.read(reply, **about)
    assert (reading.label is None) == (reading.problem in PROBLEMS)
    return None if reading.label is None else CLASSES[reading.label]


@pytest.mark.parametrize(
    ('reply', 'name'),
    [
        ('happy', 'happy'),
        ('  "Happiness".\n', 'happy'),
        ('**Sad**', 'sad'),
        ('No expression', 'neutral'),
        ('\uff33ad', 'sad'),  # a wide letter
        ('{"emotion": "Fearful"}', 'fear'),
        ('```json\n{"emotion": "anger"}\n```', 'angry'),
        ('{"person": 7, "emotion": "anger"}', 'angry'),
    ],
)
def test_one_name_is_read_in_any_of_its_forms(reply, name):
    assert named(reply) == name


@pytest.mark.parametrize(
    'reply',
    [
        *('happy or sad', 'I think happy', 'happy sad', 'not happy', 'happy, sad'),
        *('unhappy', 'happyhappy', 'Answer: happy', 'happy\nsad', 'h a p p y', ''),
        *('{"emotion": "happy", "emotion": "sad"}', '{"emotion": ["happy"]}'),
        *('{"emotion": "happy", "other": "sad"}', '{"emotion": "happy"} sad'),
        *('{"emotion": "happy"', '{"emotion": null}', '{}', '["happy"]', '{' * 9999),
        *(' '.join(CLASSES), json.dumps(dict.fromkeys(CLASSES, 1))),
        *('<think>sad</think> happy', '\u200bhappy', '1', 'none'),
    ],
)
def test_anything_else_is_unparsed(reply):
    assert named(reply) is None


@pytest.mark.parametrize(
    ('reply', 'problem'),
    [
        (None, 'unanswered'),
        ('   ', 'empty'),
        ('joy and grief', 'unparsed'),
        ('ecstatic', 'no_class'),
        ('{"emotion": "ecstatic"}', 'no_class'),
    ],
)
def test_the_problem_is_told(reply, problem):
    assert READER.read(reply).problem == problem


@pytest.mark.parametrize(
    ('reply', 'problem'),
    [
        ('{"person": 2, "emotion": "sad"}', None),
        ('{"person": 1, "emotion": "sad"}', 'other_id'),
        ('{"person": 9, "emotion": "sad"}', 'invented_id'),
        ('{"person": "2", "emotion": "sad"}', 'unparsed'),
        ('{"person": true, "emotion": "sad"}', 'unparsed'),
        ('{"person": [2], "emotion": "sad"}', 'unparsed'),
        ('{"emotion": "sad"}', 'skipped_id'),
        ('sad', 'skipped_id'),
        ('person 2 is sad', 'unparsed'),
    ],
)
def test_a_reply_about_one_of_several_people_names_the_person(reply, problem):
    assert READER.read(reply, person=2, people=(1, 2)).problem == problem


def test_what_was_cut_off_does_not_count_even_if_it_reads_well():
    assert READER.read('happy', cut_off=True).problem == 'cut_off'


def test_own_synonyms_are_known_and_may_not_contradict():
    reader = ReplyReader(CLASSES, {'happy': ['Cheerful']})
    assert reader.read('cheerful').label == CLASSES.index('happy')
    assert READER.read('cheerful').label is None
    with pytest.raises(ValueError, match="'glad', which is no class"):
        ReplyReader(CLASSES, {'glad': ['cheerful']})
    with pytest.raises(ValueError, match="'sad' stands for two classes"):
        ReplyReader(CLASSES, {'happy': ['sad']})


def test_classes_that_share_an_expression_are_known_by_their_own_names_alone():
    reader = ReplyReader(('anger', 'angry', 'sad'))
    assert reader.read('anger').label == 0 and reader.read('angry').label == 1
    assert reader.read('sadness').label == 2
