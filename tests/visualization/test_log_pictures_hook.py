"""Pictures and numbers for the loggers of a run, checked with a recording backend."""

from types import SimpleNamespace

import numpy as np
import pytest
import torch
from mmaction.structures import ActionDataSample
from mmengine.evaluator import Evaluator
from mmengine.hooks import Hook
from mmengine.runner import BaseLoop
from mmengine.visualization import LocalVisBackend, Visualizer
from mmengine.visualization.vis_backend import BaseVisBackend

from tgdfer_mm.registry import HOOKS
from tgdfer_mm.visualization import LogPicturesHook

CLIPS = [('a', 0), ('b', 0), ('Crime/Sad/7', 1)]


class Clips:
    def __len__(self):
        return len(CLIPS)

    def get_data_info(self, i):
        return dict(clip=CLIPS[i][0], label=CLIPS[i][1])


class Recorder(BaseVisBackend):
    """Keeps what it is given."""

    def __init__(self):
        super().__init__('unused')
        self.images, self.numbers = {}, []

    def _init_env(self):
        """Nothing to open."""

    def experiment(self):
        """Nothing to show."""

    def add_image(self, name, image, step=0, **kwargs):
        self.images[name, step] = image

    def add_scalars(self, scalar_dict, step=0, file_path=None, **kwargs):
        self.numbers.append((step, scalar_dict))


class TrainLoop(BaseLoop):
    def __init__(self, epoch):
        self.epoch, self.iter, self.max_iters = epoch, epoch, 10

    def run(self):
        """Nothing to train."""


def evaluate(hook: Hook, tmp_path, mode='val', backends=None, epoch=None, **meta):
    """Calls a hook as mmengine's loops do, after `epoch` of ten epochs."""
    evaluator = Evaluator([dict(type='DFERMetric')])
    evaluator.dataset_meta = dict(dataset='SynthDFER', classes=('happy', 'sad'), **meta)
    loop = SimpleNamespace(
        evaluator=evaluator, dataloader=SimpleNamespace(dataset=Clips())
    )
    train_loop = None if epoch is None else TrainLoop(epoch)
    runner = SimpleNamespace(
        work_dir=str(tmp_path),
        visualizer=Visualizer(vis_backends=backends),
        epoch=epoch,
        _train_loop=train_loop,
    )
    setattr(runner, f'{mode}_loop', loop)
    getattr(hook, f'before_{mode}_epoch')(runner)
    samples = []
    for name, label in CLIPS:
        sample = ActionDataSample().set_gt_label(label)
        sample.set_pred_score(torch.tensor([0.9, 0.1]))
        sample.set_metainfo(dict(clip=name, frame_inds=np.arange(2), num_valid=2))
        samples.append(sample)
    batch = dict(inputs=[torch.zeros(2, 3, 8, 8, dtype=torch.uint8) for _ in CLIPS])
    evaluator.process(samples, batch)
    getattr(hook, f'after_{mode}_iter')(runner, 0, batch, samples)
    getattr(hook, f'after_{mode}_epoch')(runner, evaluator.evaluate(len(CLIPS)))


def test_every_validation_is_logged_under_its_epoch(tmp_path):
    hook, recorder = HOOKS.build(dict(type='LogPicturesHook', num=2)), Recorder()
    for epoch in (1, 2):
        evaluate(hook, tmp_path, 'val', [recorder], epoch)
    assert set(recorder.images) == {
        (f'val/{name}', epoch)
        for name in ('confusion_matrix', 'explained/a', 'explained/Crime/Sad/7')
        for epoch in (1, 2)
    }
    for image in recorder.images.values():
        assert image.dtype == np.uint8 and image.ndim == 3 and image.shape[2] == 3
        assert image.std() > 5  # something is drawn
    assert recorder.numbers == []  # mmengine logs those of a validation
    assert list(tmp_path.rglob('*')) == []


def test_a_test_is_logged_under_the_selected_epoch_with_its_numbers(tmp_path):
    recorder = Recorder()
    selection = dict(epoch=7, description='best epoch')
    evaluate(
        LogPicturesHook(num=1),
        tmp_path,
        'test',
        [recorder],
        epoch=10,
        selection=selection,
    )
    assert set(recorder.images) == {
        ('test/confusion_matrix', 7),
        ('test/explained/a', 7),
    }
    ((step, numbers),) = recorder.numbers
    assert step == 7 and numbers['test/dfer/UAR'] == 50.0


def test_nothing_is_drawn_without_a_logger(tmp_path, monkeypatch):
    def refuse(*args, **kwargs):
        raise AssertionError('it draws')

    monkeypatch.setattr('tgdfer_mm.visualization.explain_hook.draw_clip', refuse)
    monkeypatch.setattr(
        'tgdfer_mm.visualization.log_pictures_hook.draw_last_result', refuse
    )
    local = LocalVisBackend(save_dir=str(tmp_path))
    evaluate(LogPicturesHook(), tmp_path, 'val', [local], 1)
    evaluate(LogPicturesHook(), tmp_path, 'val', [], 1)
    assert list(tmp_path.rglob('*')) == []


def test_settings_choose_what_is_logged(tmp_path):
    recorder = Recorder()
    hook = LogPicturesHook(clips=['b'], confusion=False, when='test')
    evaluate(hook, tmp_path, 'val', [recorder], 1)
    assert recorder.images == {}
    evaluate(hook, tmp_path, 'test', [recorder])
    assert set(recorder.images) == {('test/explained/b', 0)}
    with pytest.raises(ValueError, match="when='never'"):
        LogPicturesHook(when='never')
