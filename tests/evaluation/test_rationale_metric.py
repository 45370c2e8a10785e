"""Rationales with known truth: true movements, those of another class, and parrots."""

import json

import numpy as np
import pytest
import torch
from mmengine.evaluator import Evaluator

from tgdfer_mm.evaluation.judges import build_judge, read_units
from tgdfer_mm.evaluation.rationale_metric import read_rationales
from tgdfer_mm.evaluation.rationale_scores import consistency, sentence_share
from tgdfer_mm.models.text import load_descriptions
from tgdfer_mm.movements.lexicon import LEVELS, load_lexicon
from tgdfer_mm.registry import METRICS, RATIONALE_JUDGES
from tgdfer_mm.synth.action_units import emotion_prototypes
from tgdfer_mm.synth.sentences import describe, vocabulary

NUMBER = 84


TOWER = dict(
    type='OpenCLIPText',
    arch='tgdfer_mm://synth_vlm.json',
    pretrained='tgdfer_mm://synth_vlm.safetensors',
    descriptions='synth',
)


class Names:
    """Reads the class that a text names."""

    name = 'names'

    def judge(self, texts, classes):
        return [next((k for k, c in enumerate(classes) if c in t), None) for t in texts]


@pytest.fixture(scope='module')
def drawn():
    """A sentence of the movements of each emotion's variants, by (class, number)."""

    def say(emotion, i):
        variants = emotion_prototypes()[emotion]
        return describe(variants[i % len(variants)], np.random.default_rng(i))

    return say


def evaluate(samples, classes, judge='rule', **options):
    metric = METRICS.build(
        dict(type='RationaleConsistencyMetric', judge=judge, **options)
    )
    evaluator = Evaluator([metric])
    evaluator.dataset_meta = dict(classes=classes)
    evaluator.process(samples)
    return evaluator.evaluate(len(samples)), metric


@pytest.fixture
def clips(make_sample, classes):
    """Samples of which two of three are predicted right, with the texts of `tell`."""

    def make(tell):
        samples = []
        for i in range(NUMBER):
            label = i % 7
            pred = label if i % 3 else (label + 1) % 7
            said = tell(i, classes[label], classes[pred])
            samples.append(make_sample(f'{i:03}', label, pred, rationale=said))
        return samples

    return make


@pytest.mark.parametrize('prototypes', ['facs', 'drawn'])
def test_true_movements_are_found_and_those_of_another_class_are_not(
    prototypes, clips, classes, drawn
):
    judge = dict(type='rule', prototypes=prototypes)
    true, _ = evaluate(clips(lambda i, label, pred: [drawn(label, i)]), classes, judge)
    least = dict(facs=85, drawn=90)[prototypes]  # the sentences leave movements out
    assert true['rationale_rule/EEA'] >= least
    assert true['rationale_rule/FCR'] <= true['rationale_rule/WAR'] < 70

    def other(i, label, pred):
        names = [c for c in classes if c not in (label, pred)]
        return [drawn(names[i % len(names)], i)]

    false, _ = evaluate(clips(other), classes, judge)
    assert false['rationale_rule/EEA'] <= 100 - least
    assert false['rationale_rule/EPC'] <= 100 - least


def test_one_who_repeats_the_label_is_consistent_and_no_more_true_than_the_label(
    clips, classes, log
):
    said, metric = evaluate(
        clips(lambda i, label, pred: f'This face is {pred}.'), classes, Names()
    )
    assert said['rationale_names/EPC'] == 100
    assert said['rationale_names/EEA'] == said['rationale_names/WAR']
    assert any('only repeat the predicted label' in line for line in log)
    assert metric.last_result['judge'] == 'names'


def test_the_figures_are_counted_over_all_clips():
    truth, pred = [0, 1, 2, 3], [0, 1, 0, None]
    assert consistency(truth, pred, [0, 2, 2, None]) == dict(
        EEA=50.0, FCR=25.0, EPC=25.0, WAR=50.0
    )
    with pytest.raises(ValueError, match='no clip'):
        consistency([], [], [])


def test_neutral_sentences_count_for_the_neutral_class_alone():
    assert sentence_share([1, 2, 1, 0], 1, neutral=2) == pytest.approx(2 / 3)
    assert sentence_share([1, 2, None], 2, neutral=2) == pytest.approx(1 / 3)
    assert sentence_share([2, 2], 1, neutral=2) == 0
    assert sentence_share([], 1, neutral=2) == 0
    assert sentence_share([1, None], 1, neutral=None) == 0.5


def test_a_clip_that_is_not_judged_agrees_with_nothing(make_sample, classes, log):
    samples = [
        make_sample('mute', 0, 0, rationale=[]),
        make_sample('prose', 0, 0, rationale='He looks like somebody.'),
        make_sample('broken', 0, 0, damaged='no file'),
        make_sample('good', 0, 0, rationale=['lip corners pulled up, cheeks raised']),
    ]
    said, metric = evaluate(samples, classes)
    assert said['rationale_rule/EEA'] == said['rationale_rule/EPC'] == 25
    assert said['rationale_rule/EEA_by_class_happy'] == 25
    result = metric.last_result
    assert (result['without'], result['unjudged']) == (2, 1)
    assert any('agree with no class' in line for line in log)


def test_rationales_come_from_a_file_or_from_the_samples(
    make_sample, classes, tmp_path
):
    sample = make_sample('a', 1, 1)
    with pytest.raises(ValueError, match='clip a.*no `rationale`'):
        evaluate([sample], classes)
    path = tmp_path / 'r.jsonl'
    text = 'Inner brows raised. Lip corners pulled down.'
    path.write_text(json.dumps(dict(clip='a', rationale=text)) + '\n')
    said, _ = evaluate([sample], classes, rationales=path, prefix='r')
    assert said['r/EEA'] == 100
    assert read_rationales(path)['a'] == text.replace('. ', '.\n').splitlines()


def test_a_rationale_may_have_any_character(tmp_path):
    path, text = tmp_path / 'r.jsonl', 'Brows\u2028raised\x85slightly'
    lines = [
        json.dumps(dict(clip=clip, rationale=[text]), ensure_ascii=False)
        for clip in 'ab'
    ]
    path.write_bytes('\r\n'.join(['\ufeff' + lines[0], lines[1], '']).encode())
    assert [*read_rationales(path)] == ['a', 'b']
    path.write_text('')
    assert read_rationales(path) == {}


@pytest.mark.parametrize(
    'text, message',
    [
        ('{"clip": "a"}', 'line 1: expected'),
        ('{"clip": "a", "rationale": [1]}', 'line 1: expected'),
        ('[]', 'line 1: expected'),
        ('{"clip"', 'line 1: not valid JSON'),
        ('{"clip": "a", "rationale": ""}\n' * 2, 'line 2: clip a is there twice'),
    ],
)
def test_a_line_that_is_no_rationale_is_named(text, message, tmp_path):
    path = tmp_path / 'r.jsonl'
    path.write_text(text)
    with pytest.raises(ValueError, match=message):
        read_rationales(path)
    with pytest.raises(FileNotFoundError, match='no such file of rationales'):
        read_rationales(tmp_path / 'absent.jsonl')


def test_every_phrase_of_the_vocabulary_is_read_as_its_own_units():
    for movements in vocabulary()['regions'].values():
        for each in movements:
            for phrase in each['phrases']:
                assert set(read_units(phrase.format(''))) == set(each['needs']), phrase
                weak = read_units(f'The {phrase.format("slightly ")}, AU43.')
                assert set(weak) == {*each['needs'], 'AU43'}
                assert all(weak[unit] < 0.4 for unit in each['needs'])


def test_every_phrase_of_the_lexicon_is_read_as_its_unit_and_its_strength():
    for unit, words in load_lexicon().units.items():
        said = [read_units(words.phrases[level]) for level in LEVELS]
        named = 'AU45' if unit == 'AU43' and 'AU45' in said[1] else unit
        strengths = [each.get(named, each.get(unit)) for each in said]
        assert strengths == sorted(set(strengths)), unit
    assert read_units('Face at rest.') == {}


def test_what_names_no_movement_is_not_read():
    assert read_units('A person walks home, AUDI 12.') is None
    assert read_units('No lip corners pulled up') is None
    assert read_units('The lip corners are AU 06 and AU12') == dict(AU6=0.8, AU12=0.8)
    assert read_units('lips closed') == {}


def test_the_rule_names_classes_that_it_knows_no_movements_of(log):
    judge = build_judge('rule')
    classes = ('anger', 'contempt')
    assert judge.judge(['lip corners pulled up'], classes) == [None]
    assert judge.judge(['brows lowered and drawn together'], classes) == [0]
    assert judge.judge(['relaxed brows'], classes) == [None]  # nobody is neutral
    assert sum('contempt' in line for line in log) == 1


def test_a_judge_that_there_is_not_is_refused():
    with pytest.raises(ValueError, match='oracle.; known: .*rule'):
        build_judge('oracle')
    with pytest.raises(ValueError, match='prototypes='):
        build_judge(dict(type='rule', prototypes='mine'))
    with pytest.raises(ValueError, match='not a text tower'):
        build_judge(dict(type='text_tower', model=torch.nn.Identity()))
    assert set(RATIONALE_JUDGES.module_dict) >= {'rule', 'text_tower', 'transformers'}


def test_the_text_tower_finds_descriptions_and_refuses_other_classes():
    judge = build_judge(dict(type='text_tower', model=TOWER))
    texts = load_descriptions('synth')
    classes = tuple(reversed(texts))
    flat = [(text, name) for name in classes for text in texts[name]]
    said = judge.judge([text for text, _ in flat], classes)
    right = [classes[k] == name for k, (_, name) in zip(said, flat, strict=True)]
    assert np.mean(right) > 0.9
    assert judge.judge([], classes) == []
    with pytest.raises(ValueError, match='no description of contempt'):
        judge.judge(['lips closed'], ('happy', 'contempt'))
    with pytest.raises(ValueError, match='no embedding of .xylophone'):
        judge.judge(['xylophone'], classes)
