import json
import logging

import numpy as np
import pytest
import torch
from mmengine.evaluator import Evaluator
from mmengine.logging import MMLogger
from sklearn.metrics import average_precision_score, roc_auc_score

from tgdfer_mm.evaluation import FrameRelevanceMetric
from tgdfer_mm.evaluation.frame_relevance import pointing_hit

INTENSITY = [0.0, 0.1, 0.5, 0.9, 1.0, 0.4, 0.2, 0.0]  # 4 of 8 reach 0.4


@pytest.fixture
def ann_file(tmp_path):
    clips = {name: dict(label='sad', intensity=INTENSITY) for name in ('a', 'b')}
    clips['b']['label'] = 'Sad'  # as FERV39k spells its classes
    clips['still'] = dict(label='sad', intensity=[0.0] * 8)
    clips['peak'] = dict(label='sad', intensity=[1.0] * 8)
    path = tmp_path / 'intensities.json'
    path.write_text(json.dumps(dict(apex_threshold=0.4, clips=clips)))
    return path


def values_of(column, label=1):
    values = np.random.default_rng(0).random((len(column), 7)).astype('float32')
    values[:, label] = column
    return values


def evaluate(samples, ann_file, classes, inputs=None, **kwargs):
    metric = FrameRelevanceMetric(str(ann_file), **kwargs)
    evaluator = Evaluator([metric])
    evaluator.dataset_meta = dict(classes=classes)
    evaluator.process(samples, None if inputs is None else dict(inputs=inputs))
    return evaluator.evaluate(len(samples)), metric.last_result


@pytest.mark.parametrize(
    'source, prefix', [('relevance', 'relevance'), ('instance_scores', 'instance')]
)
def test_perfect_and_inverted_ranking(source, prefix, ann_file, classes, make_sample):
    column = (np.array(INTENSITY) >= 0.4) + 0.1
    perfect = make_sample('a', 1, 1, values=values_of(column))
    inverted = make_sample('b', 1, 1, values=values_of(2 - column))
    got, _ = evaluate([perfect], ann_file, classes, source=source)
    numbers = ('AUROC', 'AP', 'pointing', 'mAP@0.3', 'mAP@0.5', 'mAP@0.7')
    assert got == {f'{prefix}/{number}': 1.0 for number in numbers}
    got, _ = evaluate([inverted], ann_file, classes, source=source)
    assert got[f'{prefix}/AUROC'] == got[f'{prefix}/pointing'] == 0.0
    assert got[f'{prefix}/mAP@0.3'] == 0.0
    got, result = evaluate([perfect, inverted], ann_file, classes, source=source)
    assert got[f'{prefix}/AUROC'] == 0.5 and result['scored'] == 2


def test_both_sources_side_by_side(ann_file, classes, make_sample):
    column = np.array(INTENSITY) + 0.1
    sample = make_sample('a', 1, 1, values=np.ones((8, 7)))  # saturated: all frames tie
    sample.set_field(torch.from_numpy(values_of(column)), 'relevance')
    evaluator = Evaluator(
        [
            FrameRelevanceMetric(str(ann_file)),
            FrameRelevanceMetric(str(ann_file), source='instance_scores'),
        ]
    )
    evaluator.dataset_meta = dict(classes=classes)
    evaluator.process([sample])
    got = evaluator.evaluate(1)
    for number, of_ties in (('AUROC', 0.5), ('AP', 0.5), ('pointing', 0.5)):
        assert got[f'relevance/{number}'] == 1.0
        assert got[f'instance/{number}'] == of_ties


def test_a_prefix_of_one_s_own_wins(ann_file, classes, make_sample):
    sample = make_sample('a', 1, 1, values=values_of(np.array(INTENSITY) + 0.1))
    got, _ = evaluate([sample], ann_file, classes, prefix='mine')
    assert got['mine/AUROC'] == 1 and {k.split('/')[0] for k in got} == {'mine'}


def test_equals_scikit_learn_on_sampled_frames(ann_file, classes, make_sample):
    inds = np.array([0, 2, 3, 6, 7])
    column = np.array([0.3, 0.2, 0.9, 0.4, 0.1], 'float32')
    truth = [False, True, True, False, False]
    sample = make_sample('a', 1, 1, values=values_of(column), frame_inds=inds)
    got, _ = evaluate([sample], ann_file, classes)
    assert got['relevance/AUROC'] == pytest.approx(roc_auc_score(truth, column))
    assert got['relevance/AP'] == pytest.approx(average_precision_score(truth, column))


def test_padded_frames_do_not_take_part(ann_file, classes, make_sample):
    inds = np.array([0, 1, 2, 3, 3, 3])
    column = np.array([0.1, 0.2, 0.3, 0.4, 0.0, 0.0])  # padding would spoil it
    sample = make_sample(
        'a', 1, 1, values=values_of(column), frame_inds=inds, num_valid=4
    )
    got, _ = evaluate([sample], ann_file, classes)
    assert got['relevance/AUROC'] == 1


def test_instances_of_several_frames(ann_file, classes, make_sample):
    sample = make_sample('a', 1, 1, values=values_of([0.2, 0.6]), frames_per_instance=4)
    got, _ = evaluate([sample], ann_file, classes)
    truth = np.array(INTENSITY) >= 0.4
    expected = roc_auc_score(truth, [0.2] * 4 + [0.6] * 4)
    assert got['relevance/AUROC'] == pytest.approx(expected)


def test_clips_without_a_ranking_are_counted_not_averaged(
    ann_file, classes, make_sample
):
    values = values_of(np.array(INTENSITY) + 0.1)
    names = ('a', 'still', 'peak')
    samples = [make_sample(name, 1, 1, values=values) for name in names]
    samples.append(make_sample('b', 1, 1, damaged='0 frames'))
    got, result = evaluate(samples, ann_file, classes)
    assert got['relevance/AUROC'] == 1 and result['scored'] == 1
    assert result['skipped'] == {
        'all sampled frames expressive': 1,
        'no sampled frames expressive': 1,
        'unreadable': 1,
    }
    # Intervals need no ranking; a clip without any is of no class that has some.
    assert result['interval_AP'].pop('sad') is not None
    assert set(result['interval_AP'].values()) == {None}
    assert json.loads(json.dumps(result, allow_nan=False)) == result
    got, result = evaluate(samples[1:2], ann_file, classes)
    assert got == {} and result['AUROC'] is None and result['mAP@0.5'] is None


@pytest.mark.parametrize(
    ('name', 'level'), [('a', logging.INFO), ('still', logging.WARNING)]
)
def test_that_no_clip_has_a_ranking_is_a_warning(
    name, level, ann_file, classes, make_sample, monkeypatch
):
    logged = []
    logger = MMLogger.get_current_instance()
    monkeypatch.setattr(logger, 'log', lambda *args: logged.append(args))
    evaluate([make_sample(name, 1, 1, values=values_of(INTENSITY))], ann_file, classes)
    [(found, message)] = logged
    assert found == level
    assert ('1 of 1 clips scored' if name == 'a' else '0 of 1 clips') in message


def test_the_pointing_game_by_hand():
    truth = np.array([False, True, True, False])
    assert pointing_hit(np.array([0.1, 0.9, 0.2, 0.3]), truth) == 1
    assert pointing_hit(np.array([0.9, 0.1, 0.2, 0.3]), truth) == 0
    # Two frames of three that share the best value are expressive.
    assert pointing_hit(np.array([0.9, 0.9, 0.9, 0.3]), truth) == pytest.approx(2 / 3)
    assert pointing_hit(np.zeros(4), truth) == truth.mean()


def test_the_uniform_baseline_is_chance(ann_file, classes, make_sample):
    values = values_of(np.array(INTENSITY) + 0.1)
    got, _ = evaluate(
        [make_sample('a', 1, 1, values=values)], ann_file, classes, source='uniform'
    )
    assert got['uniform/AUROC'] == got['uniform/AP'] == got['uniform/pointing'] == 0.5
    # The clip as a whole covers the true half of it.
    assert got['uniform/mAP@0.5'] == 1 and got['uniform/mAP@0.7'] == 0


def test_the_order_of_clips_and_of_frames_does_not_matter(
    ann_file, classes, make_sample
):
    rng = np.random.default_rng(3)
    values = [values_of(rng.random(8)) for _ in 'ab']
    kept = [make_sample(n, 1, 1, values=v) for n, v in zip('ab', values, strict=True)]
    order = rng.permutation(8)
    moved = [
        make_sample(n, 1, 1, values=v[order], frame_inds=order)
        for n, v in zip('ba', values[::-1], strict=True)
    ]
    got, _ = evaluate(kept, ann_file, classes, source='instance_scores')
    other, _ = evaluate(moved, ann_file, classes, source='instance_scores')
    assert got == pytest.approx(other)
    assert 0 < got['instance/AUROC'] < 1


def test_frame_difference_reads_the_pictures(ann_file, classes, make_sample):
    level = torch.tensor([0, 0, 0, 9, 2, 2, 2, 2], dtype=torch.uint8)
    frames = level[:, None, None, None].expand(8, 3, 4, 4)
    sample = make_sample('a', 1, 1, values=values_of(INTENSITY))
    for inputs in ([frames], [frames.transpose(0, 1)[None]], frames[None]):
        got, _ = evaluate(
            [sample], ann_file, classes, inputs=inputs, source='frame_difference'
        )
        # Frames 2, 3, 4 change by 40.5, 65, 24.5, and all of them are expressive.
        assert got['frame_difference/pointing'] == 1
        assert got['frame_difference/AUROC'] == pytest.approx((12 + 4 * 0.5) / 16)
    for inputs in (None, [torch.ones(8, 512)], dict(imgs=frames)):
        with pytest.raises(ValueError, match='clip a: .*is not available.*stored feat'):
            evaluate(
                [sample], ann_file, classes, inputs=inputs, source='frame_difference'
            )


def test_as_many_inputs_as_clips(ann_file, classes, make_sample):
    sample = make_sample('a', 1, 1, values=values_of(INTENSITY))
    with pytest.raises(ValueError, match='zip'):
        evaluate([sample], ann_file, classes, inputs=[torch.zeros(8, 3, 2, 2)] * 2)


def test_bad_input_is_named(tmp_path, ann_file, classes, make_sample):
    with pytest.raises(FileNotFoundError, match='nowhere.json: no such file'):
        FrameRelevanceMetric(str(tmp_path / 'nowhere.json'))
    broken = tmp_path / 'broken.json'
    broken.write_text('{"clips": {}}')
    with pytest.raises(ValueError, match='broken.json.*apex_threshold'):
        FrameRelevanceMetric(str(broken))
    with pytest.raises(ValueError, match="source='gradient' must be in .*'uniform'"):
        FrameRelevanceMetric(str(ann_file), source='gradient')

    values = values_of(INTENSITY)
    cases = {
        'clip c is not in the file': make_sample('c', 1, 1, values=values),
        "labelled 'sad' there and 'fear'": make_sample('a', 6, 1, values=values),
        'no `relevance`': make_sample('a', 1, 1),
        'has shape': make_sample('a', 1, 1, values=values[:, :5]),
        'not finite': make_sample('a', 1, 1, values=values * np.nan),
        'has 8 intensities, but frame 8': make_sample(
            'a', 1, 1, values=values, frame_inds=np.arange(1, 9)
        ),
    }
    for message, sample in cases.items():
        with pytest.raises(ValueError, match=message):
            evaluate([sample], ann_file, classes)
