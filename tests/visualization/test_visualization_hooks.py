import json
from types import SimpleNamespace

import cv2
import numpy as np
import pytest
import torch
from mmaction.structures import ActionDataSample
from mmengine.evaluator import Evaluator
from mmengine.runner import BaseLoop

from tgdfer_mm.registry import HOOKS
from tgdfer_mm.visualization import ConfusionMatrixHook, ExplainHook
from tgdfer_mm.visualization.explain_hook import pick_clips
from tgdfer_mm.visualization.hook_parts import describe_data

CLASSES = ('happy', 'sad', 'neutral')
META = dict(dataset='SynthDFER (DFEW layout)', classes=CLASSES, fold=1)


class Clips(list):
    """A data set of nothing but a list of (clip, label)."""

    def get_data_info(self, i):
        return dict(clip=self[i][0], label=self[i][1])


CLIPS = Clips(
    [('a', 0), ('b', 0), ('Crime/Sad/7', 1), ('c', 0), ('d', 1), ('e', 2), ('bad', 2)]
)


class TrainLoop(BaseLoop):
    def __init__(self, iteration, max_iters):
        self.iter, self.max_iters = iteration, max_iters

    def run(self):
        """Nothing to train."""


def sample_of(clip, label):
    sample = ActionDataSample().set_gt_label(label).set_pred_score(torch.rand(3))
    sample.set_metainfo(
        dict(clip=clip, frame_inds=np.arange(4), num_valid=3, frames_per_instance=2)
    )
    sample.set_field(torch.rand(2, 3), 'instance_scores')
    sample.set_field(torch.rand(2, 3), 'relevance')
    if clip == 'bad':
        sample.set_metainfo(dict(damaged='0 frames'))
    return sample


def run(hook, tmp_path, mode='test', train_loop=None, metrics=None, size=8):
    """Calls a hook as mmengine's loops do."""
    evaluator = Evaluator(metrics or [dict(type='DFERMetric')])
    evaluator.dataset_meta = META
    loop = SimpleNamespace(
        evaluator=evaluator, dataloader=SimpleNamespace(dataset=CLIPS)
    )
    runner = SimpleNamespace(work_dir=str(tmp_path), _train_loop=train_loop)
    setattr(runner, f'{mode}_loop', loop)
    getattr(hook, f'before_{mode}_epoch')(runner)
    for start in range(0, len(CLIPS), 2):
        outputs = [sample_of(*clip) for clip in CLIPS[start : start + 2]]
        batch = dict(
            inputs=[
                torch.randint(256, (4, 3, size, size), dtype=torch.uint8)
                for _ in outputs
            ]
        )
        evaluator.process(outputs, batch)
        getattr(hook, f'after_{mode}_iter')(runner, start // 2, batch, outputs)
    results = evaluator.evaluate(len(CLIPS))
    getattr(hook, f'after_{mode}_epoch')(runner, results)
    return evaluator.metrics[0]


def names(folder):
    return sorted(p.name for p in folder.rglob('*') if p.is_file())


def test_default_pick_covers_the_classes_and_is_deterministic():
    assert pick_clips(CLIPS, 3) == ['a', 'Crime/Sad/7', 'e']
    assert pick_clips(CLIPS, 5) == ['a', 'Crime/Sad/7', 'e', 'b', 'd']
    assert pick_clips(CLIPS, 0) == []
    assert pick_clips(CLIPS, 99) == pick_clips(CLIPS, 7)


@pytest.mark.parametrize('mode', ['test', 'val'])
def test_explain_draws_the_chosen_clips(mode, tmp_path):
    hook = HOOKS.build(dict(type='ExplainHook', num=2))
    run(hook, tmp_path, mode)
    assert names(tmp_path / 'explain') == ['Crime_Sad_7.png', 'a.png']
    picture = cv2.imread(str(tmp_path / 'explain' / 'a.png'))
    assert picture is not None and picture.std() > 10


def test_explain_named_clips_into_another_folder(tmp_path):
    run(ExplainHook(['d', 'bad'], out_dir=str(tmp_path / 'x')), tmp_path)
    assert names(tmp_path) == ['d.png']  # a clip that could not be read has none
    with pytest.raises(ValueError, match=r"clips=\['z'\] are not among the 7 clips"):
        run(ExplainHook(['d', 'z']), tmp_path)
    with pytest.raises(ValueError, match="when='train'"):
        ExplainHook(when='train')


def test_the_pictured_frames_are_those_of_the_clip(tmp_path, monkeypatch):
    from tgdfer_mm.visualization import explain_hook

    seen = {}

    def spy(frames, frame_inds, *args, **kwargs):
        seen.update(frames=frames, inds=frame_inds, args=args, **kwargs)
        return draw(frames, frame_inds, *args, **kwargs)

    draw = explain_hook.draw_clip
    monkeypatch.setattr(explain_hook, 'draw_clip', spy)
    sample = sample_of('d', 1)
    frames = torch.randint(256, (4, 3, 8, 8), dtype=torch.uint8)
    explain_hook.draw_sample(frames, sample.to_dict(), CLASSES, 'note')
    assert (seen['frames'][2, 5, 6] == frames[2, :, 5, 6].numpy()).all()
    relevance, instance_scores, scores, classes, truth, pred = seen['args']
    np.testing.assert_array_equal(relevance, sample.relevance)
    np.testing.assert_array_equal(instance_scores, sample.instance_scores)
    np.testing.assert_array_equal(scores, sample.pred_score)
    assert (classes, truth, pred) == (CLASSES, 1, int(sample.pred_score.argmax()))
    assert seen['num_valid'] == 3 and seen['frames_per_instance'] == 2
    with pytest.raises(ValueError, match='clip d: ExplainHook draws uint8 frames'):
        explain_hook.draw_sample(frames.float(), sample.to_dict(), CLASSES, '')
    del sample.frame_inds
    with pytest.raises(ValueError, match='clip d: no `frame_inds`'):
        explain_hook.draw_sample(frames, sample.to_dict(), CLASSES, '')


def test_clips_of_a_stock_recognizer_are_drawn_frame_by_frame(monkeypatch):
    from tgdfer_mm.visualization import explain_hook

    seen = {}
    monkeypatch.setattr(explain_hook, 'draw_clip', lambda f, *a, **k: seen.update(f=f))
    frames = torch.randint(256, (4, 3, 8, 8), dtype=torch.uint8)
    clips = frames.unflatten(0, (2, 2)).transpose(1, 2)  # (clips, 3, T, H, W)
    explain_hook.draw_sample(clips, sample_of('d', 1).to_dict(), CLASSES, '')
    np.testing.assert_array_equal(seen['f'], frames.permute(0, 2, 3, 1).numpy())


@pytest.mark.parametrize('hook', [ExplainHook(num=1), ConfusionMatrixHook()])
def test_only_the_last_validation_is_drawn(hook, tmp_path):
    run(hook, tmp_path, 'val', train_loop=TrainLoop(5, 10))
    assert names(tmp_path) == []
    run(hook, tmp_path, 'val', train_loop=TrainLoop(10, 10))
    assert names(tmp_path) != []


@pytest.mark.parametrize('when, drawn', [('val', 0), ('test', 1), ('both', 1)])
def test_explain_keeps_to_when(when, drawn, tmp_path):
    run(ExplainHook(num=1, when=when), tmp_path, 'test')
    assert len(names(tmp_path)) == drawn


def test_confusion_matrix_files_hold_the_metric(tmp_path):
    loop = TrainLoop(10, 10)
    hook = HOOKS.build(dict(type='ConfusionMatrixHook'))
    metric = run(hook, tmp_path, train_loop=loop)
    assert names(tmp_path) == ['confusion_matrix.json', 'confusion_matrix.png']
    written = json.loads((tmp_path / 'confusion_matrix.json').read_text())
    assert written == metric.last_result
    assert np.sum(written['matrix']) == len(CLIPS)
    assert written['damaged'] == [dict(clip='bad', reason='0 frames')]
    assert cv2.imread(str(tmp_path / 'confusion_matrix.png')).std() > 5


def test_a_test_alone_leaves_the_training_s_picture_as_it_is(tmp_path):
    run(ConfusionMatrixHook(), tmp_path)
    wanted = ['confusion_matrix_test.json', 'confusion_matrix_test.png']
    assert names(tmp_path) == wanted


def test_confusion_matrix_needs_its_metric(tmp_path):
    hook = ConfusionMatrixHook()
    with pytest.raises(ValueError, match='needs `dict.*DFERMetric.*AccMetric'):
        run(hook, tmp_path, metrics=[dict(type='AccMetric')])


def test_several_labels_have_no_confusion_matrix(tmp_path):
    evaluator = Evaluator([dict(type='MultiLabelMetric')])
    loop = SimpleNamespace(evaluator=evaluator)
    runner = SimpleNamespace(work_dir=str(tmp_path), _train_loop=None, test_loop=loop)
    hook = ConfusionMatrixHook()
    hook.before_test_epoch(runner)
    hook.after_test_epoch(runner)
    assert names(tmp_path) == []


def test_synthetic_data_is_named_so():
    assert describe_data(META) == 'SynthDFER (DFEW layout), fold 1: synthetic faces'
    assert describe_data(dict(dataset='FERV39k', fold=None)) == 'FERV39k'
