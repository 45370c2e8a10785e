"""Replies are judged by the annotation file; three known faults are shown to be absent.

The faults are those of the scorer that was released with Emotion-Qwen, on DFEW.
"""

import pytest

from tgdfer_mm.evaluation import DFERMetric, DumpPredictions, read_predictions
from tgdfer_mm.evaluation.open_vocabulary import (
    known_group,
    read_groups,
    read_words,
    set_scores,
)
from tgdfer_mm.evaluation.replies import reply_sample, score_replies
from tgdfer_mm.files import DamagedFileError
from tgdfer_mm.labels.classes import load_classes
from tgdfer_mm.labels.replies import ReplyReader

CLASSES = load_classes('dfew')


def judged(truth: dict[str, int], replies: dict[str, str], classes=CLASSES) -> dict:
    reader = ReplyReader(classes)
    read = {clip: reader.read(reply) for clip, reply in replies.items()}
    return score_replies(truth, read, classes)


def test_fault_1_the_true_word_anywhere_in_a_reply_is_not_right():
    truth = {f'{i}': i % 7 for i in range(70)}
    result = judged(truth, dict.fromkeys(truth, ', '.join(CLASSES)))
    assert (result['UAR'], result['WAR']) == (0, 0)
    assert result['unparsed'] == result['problems']['unparsed'] == 70


def test_fault_2_a_clip_without_a_reply_stays_in_the_denominator():
    truth = {f'{i}': 0 for i in range(10)}
    result = judged(truth, {'0': 'happy', '1': 'happy'})
    assert result['WAR'] == pytest.approx(20) and result['num_clips'] == 10
    assert (result['unanswered'], result['unparsed']) == (8, 0)


def test_fault_3_what_names_no_class_is_no_class_in_the_average():
    # 50 of 50 and 40 of 50: UAR is 90. With 'none' as a third class it was 60.
    truth = {f'{i}': int(i >= 50) for i in range(100)}
    replies = {clip: 'happy' if label == 0 else 'sad' for clip, label in truth.items()}
    replies.update({f'{i}': 'none' for i in range(90, 100)})
    result = judged(truth, replies, ('happy', 'sad'))
    assert result['UAR'] == pytest.approx(90)
    assert result['problems']['no_class'] == 10


def test_a_reply_to_a_clip_of_no_list_is_refused():
    with pytest.raises(ValueError, match="annotation file does not have, e.g. 'x'"):
        judged({'0': 0}, {'x': 'happy'})


def test_replies_are_predictions_like_any_others(tmp_path):
    reader = ReplyReader(CLASSES)
    dump = DumpPredictions(str(tmp_path / 'predictions.jsonl'))
    metric = DFERMetric()
    samples = [
        reply_sample(clip, 1, reader.read(reply), len(CLASSES))
        for clip, reply in (('a', 'sad'), ('b', 'sad or happy'))
    ]
    for each in (dump, metric):
        each.dataset_meta = dict(classes=CLASSES)
        each.process(None, samples)
    assert metric.evaluate(2)['dfer/WAR'] == pytest.approx(50)
    assert metric.last_result['ECE'] is None  # a word states no confidence
    dump.evaluate(2)
    a, b = read_predictions(tmp_path / 'predictions.jsonl')
    assert (a['pred'], b['pred']) == (1, None) and 'neither one word' in b['damaged']


@pytest.mark.parametrize(
    ('reply', 'words'),
    [
        ('sad, Lonely.', ['sad', 'lonely']),
        ('["sad"]', ['sad']),
        ('{"emotions": ["sad", "let down"]}', ['sad', 'let down']),
        *(('the person looks rather sad', None), ('', None), ('sad,,happy', None)),
        ('```json\n{"emotions": ["sad"]}\n```', ['sad']),
        *(('I see: sad', None), ('```json {"emotions": ["sad"', None)),
        ('sad，悲伤、दुखी', ['sad', '悲伤', 'दुखी']),  # noqa: RUF001
        *(('{"emotion": "sad"}', None), ('[1]', None), ('[', None), (None, None)),
    ],
)
def test_words_of_a_reply(reply, words):
    assert read_words(reply) == words


def test_sets_are_compared_as_the_definition_says():
    truth = {'a': ['sad', 'worried'], 'b': ['happy'], 'c': []}
    named = {'a': ['sorrowful', 'unhappy', 'anxious', 'happy'], 'b': None}
    result = set_scores(truth, named)
    # a: {sad, anxiety} against {sad, anxiety, happy}: 2/3 and 2/2. b: nothing.
    assert result['precision'] == pytest.approx(100 / 3)
    assert result['recall'] == pytest.approx(50)
    assert result['mean'] == pytest.approx(125 / 3)
    assert result['F'] == pytest.approx(40)
    assert (result['num_clips'], result['without_truth'], result['unparsed']) == (
        *(2, 1),
        1,
    )


def test_a_list_of_all_classes_has_the_recall_but_not_the_precision():
    truth = {f'{i}': [CLASSES[i % 7]] for i in range(14)}
    result = set_scores(truth, dict.fromkeys(truth, CLASSES))
    assert result['recall'] == pytest.approx(100)
    assert result['precision'] == pytest.approx(100 / 7)


def test_a_word_that_nobody_knows_costs_precision_unless_it_is_left_out():
    truth, named = {'a': ['sad']}, {'a': ['sad', 'blorp']}
    assert set_scores(truth, named)['precision'] == pytest.approx(50)
    assert set_scores(truth, named, known_group)['precision'] == pytest.approx(100)


def test_sets_without_any_truth_are_refused():
    with pytest.raises(ValueError, match='no clip has a true word'):
        set_scores({'a': []}, {'a': ['sad']})
    with pytest.raises(
        ValueError, match="'b', which the annotation file does not have"
    ):
        set_scores({'a': ['sad']}, {'b': ['sad']})


def test_a_file_of_groups_takes_the_place_of_the_shipped_one(tmp_path):
    path = tmp_path / 'groups.json'
    path.write_text('{"groups": {"calm": ["at ease", "relaxed"]}}')
    group = read_groups(path)
    assert (group('At ease!'), group('calm'), group('cheerful')) == (
        *('calm', 'calm', 'cheerful'),
    )


@pytest.mark.parametrize(
    ('text', 'words'),
    [
        ('{"groups": {"a": ["b"], "c": ["b"]}}', "'b' is in two groups"),
        *(
            ('{"groups": {"a": "b"}}', 'must be an object of lists'),
            ('{}', "lacks 'groups'"),
        ),
        ('{"groups": {', 'cannot be read'),
    ],
)
def test_a_file_that_is_no_groups_is_named(text, words, tmp_path):
    path = tmp_path / 'groups.json'
    path.write_text(text)
    with pytest.raises(DamagedFileError, match=words) as caught:
        read_groups(path)
    assert 'groups.json' in str(caught.value)
