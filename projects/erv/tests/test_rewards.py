"""Rewards of replies with known parts."""

import numpy as np
import pytest

from projects.erv.replies import read_thought
from projects.erv.rewards import accuracy_reward, consistency_reward, format_reward
from tgdfer_mm.labels.classes import load_classes
from tgdfer_mm.synth.action_units import emotion_prototypes
from tgdfer_mm.synth.sentences import describe

CLASSES = load_classes('dfew')
SAD = 'The inner brows are raised and drawn together. The lip corners are pulled down.'
HAPPY = 'The lip corners are pulled up, the cheeks are raised.'


def reply(rationale, answer):
    return f'<think>{rationale}</think> <answer>{answer}</answer>'


@pytest.mark.parametrize(
    'text, good',
    [
        (reply('a', 'sad'), True),
        (f'\n{reply("a", "sad")}\n', True),
        (reply('a', 'sad') + ' I am sure.', False),
        (reply('', 'sad'), False),
        (reply('a', ' '), False),
        (reply('a', 'sad') * 2, False),
        (reply('a</think><think>b', 'sad'), False),
        (reply('a', 'sad</answer><answer>fear'), False),
        ('<answer>sad</answer> <think>a</think>', False),
        ('sad', False),
        ('', False),
    ],
)
def test_only_the_whole_form_is_rewarded(text, good):
    assert format_reward([text]) == [float(good)]
    message = [dict(role='assistant', content=text)]
    assert format_reward([message], prompts=['?'], label=['sad']) == [float(good)]
    assert (read_thought(text) is not None) == good


def test_the_answer_is_one_class_and_nothing_else():
    accuracy = accuracy_reward(CLASSES, dict(happy=['over the moon']))
    answers = ['Happiness.', 'over the moon', 'sad', 'happy or sad', 'happy', 'joy?']
    replies = [reply('a', each) for each in answers]
    replies[4] = 'happy'  # without the form
    labels = ['happy'] * len(replies)
    assert accuracy(replies, label=labels)[:5] == [1.0, 1.0, 0.0, 0.0, 0.0]
    assert accuracy([reply('a', ', '.join(CLASSES))], label=['sad']) == [0.0]


def test_sentences_of_the_true_class_are_rewarded_by_their_share():
    consistency = consistency_reward(CLASSES)
    texts = [SAD, f'{SAD} {HAPPY}', HAPPY, f'{SAD} Lips closed.', 'A face.', 'Sad!']
    replies = [reply(text, 'sad') for text in texts]
    got = consistency(replies, label=['sad'] * 6)
    assert got == pytest.approx([1, 2 / 3, 0, 1, 0, 0])
    assert consistency([SAD], label=['sad']) == [0.0]  # does not have the form
    calm = reply(f'Lips closed. {HAPPY}', 'neutral')
    assert consistency([calm], label=['neutral']) == [0.5]


def test_true_movements_earn_more_than_those_of_another_class():
    consistency, rng = consistency_reward(CLASSES), np.random.default_rng(0)
    units = [emotion_prototypes()[name][0] for name in CLASSES]
    true = [
        reply(describe(each, rng), name)
        for each, name in zip(units, CLASSES, strict=True)
    ]
    false = [*true[1:], true[0]]
    assert np.mean(consistency(true, label=CLASSES)) > 0.8
    assert np.mean(consistency(false, label=CLASSES)) < 0.2


def test_the_judge_is_a_plug_in_and_sees_each_sentence_once():
    class Counting:
        name, seen = 'counting', []

        def judge(self, texts, classes):
            self.seen += texts
            return [classes.index('fear')] * len(texts)

    consistency = consistency_reward(CLASSES, Counting())
    replies = [reply('One. Two.', 'fear'), reply('Two. Three.', 'sad')]
    assert consistency(replies, label=['fear', 'sad']) == [1.0, 0.0]
    assert Counting.seen == ['One.', 'Two.', 'Three.']


def test_a_data_set_without_the_truth_is_named():
    accuracy = accuracy_reward(CLASSES)
    with pytest.raises(ValueError, match="no column 'label'.*only emotion"):
        accuracy(['a'], emotion=['sad'])
    with pytest.raises(ValueError, match="'bored' is none of"):
        accuracy(['a'], label=['bored'])
    with pytest.raises(ValueError, match='2 completions, but 1'):
        accuracy(['a', 'b'], label=['sad'])
    with pytest.raises(TypeError, match='a text or a list of messages'):
        format_reward([[dict(role='assistant')]])
