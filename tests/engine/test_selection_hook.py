"""After any interruption a run selects the same epoch and tests the same weights."""

import json
from types import SimpleNamespace

import pytest
import torch
from mmengine.evaluator import BaseMetric, Evaluator
from mmengine.hooks import Hook

from tgdfer_mm.engine import selection_hook
from tgdfer_mm.engine.selection_hook import SelectionError, SelectionHook, _noting
from tgdfer_mm.evaluation import MultiLabelMetric, read_predictions
from tgdfer_mm.registry import HOOKS, METRICS

VALUES = [0.0, 30.0, 90.0, 90.0, 10.0]  # by epoch, from 0
OUTPUTS = ('selection.json', 'predictions.jsonl', 'predictions.meta.json')
NORM = ('running_mean', 'running_var', 'weight', 'bias')
BOTH = (*OUTPUTS, 'predictions_last.jsonl', 'predictions_last.meta.json')


class Killed(BaseException):
    """Ends a run where a signal might."""


@METRICS.register_module()
class ScriptedMetric(BaseMetric):
    """What each epoch reaches is written beforehand."""

    default_prefix = 'scripted'
    runner = None

    def process(self, data_batch, data_samples):
        self.results += [0] * len(data_samples)

    def compute_metrics(self, results):
        return dict(score=VALUES[self.runner.epoch], recall_of=1.0)


@HOOKS.register_module()
class KillHook(Hook):
    """Ends the run at a point: a method of hooks and an epoch."""

    at = None
    priority = 'VERY_HIGH'

    def _reach(self, point, runner):
        if self.at == (point, runner.epoch):
            raise Killed

    def before_train_epoch(self, runner):
        self._reach('before_train_epoch', runner)

    def after_val_epoch(self, runner, metrics=None):
        self._reach('after_val_epoch', runner)

    def after_test_epoch(self, runner, metrics=None):
        self._reach('after_test_epoch', runner)


@pytest.fixture
def run(standin_config, build_runner, tmp_path, monkeypatch):
    """Trains under a rule; returns the work folder."""

    def train(name='run', rule='val', kill=None, resume=False, **changes):
        monkeypatch.setattr(KillHook, 'at', kill)
        cfg = standin_config.copy()
        cfg.work_dir = str(tmp_path / name)
        cfg.train_cfg.max_epochs = 4
        cfg.log_level = 'INFO'
        cfg.train_dataloader.dataset.update(subset='train', size=8)
        cfg.test_dataloader.dataset.subset = 'test'
        cfg.custom_hooks = [dict(type='KillHook')]
        cfg.val_evaluator = cfg.test_evaluator = [
            dict(type='ScriptedMetric'),
            dict(type='DFERMetric'),
        ]
        cfg.default_hooks.selection = dict(
            type='SelectionHook', metric='scripted/score', val_part=0.25
        )
        cfg.resume = resume
        cfg.merge_from_dict(changes)
        cfg.recipe = dict(selection=rule)
        runner = build_runner(cfg)
        monkeypatch.setattr(ScriptedMetric, 'runner', runner)
        try:
            runner.train()
        except Killed:
            assert kill
        else:
            assert not kill
        return tmp_path / name

    return train


def contents(folder, names=BOTH):
    return {name: (folder / name).read_text() for name in names}


def test_of_equal_epochs_the_last_one_can_be_taken(run):
    folder = run(**{'default_hooks.selection.ties': 'last'})
    record = json.loads((folder / 'selection.json').read_text())
    assert record['evaluated'] == {'1': 30, '2': 90, '3': 90, '4': 10}
    assert record['epoch'] == 3
    assert [p.name for p in folder.glob('best*')] == ['best_epoch_3.pth']
    with pytest.raises(SelectionError, match="ties must be first or last, not 'any'"):
        SelectionHook(ties='any')


def test_the_best_epoch_is_kept_tested_and_named(run, build_runner):
    folder = run()
    # The first of two equal epochs is kept, and the last epoch, too.
    record = json.loads((folder / 'selection.json').read_text())
    assert record['evaluated'] == {'1': 30, '2': 90, '3': 90, '4': 10}
    assert (record['epoch'], record['last']['epoch']) == (2, 4)
    assert record['rule'] == 'val' and record['val_part'] == 0.25
    assert '25 %' in record['description'] and 'score' in record['description']
    assert [p.name for p in folder.glob('best*')] == ['best_epoch_2.pth']
    meta = json.loads((folder / 'predictions.meta.json').read_text())
    assert meta['selection']['epoch'] == 2 and meta['selection']['rule'] == 'val'
    meta = json.loads((folder / 'predictions_last.meta.json').read_text())
    assert meta['selection']['epoch'] == 4 and meta['selection']['rule'] == 'last'

    # The predictions are those of that epoch's weights, on the test clips.
    best, last = (
        read_predictions(folder / name)
        for name in ('predictions.jsonl', 'predictions_last.jsonl')
    )
    assert [line['clip'] for line in best] == [f'test/1/{i}' for i in range(9)]
    for lines, file, metrics in (
        (best, 'best_epoch_2.pth', record['test']),
        (last, 'epoch_4.pth', record['last']['test']),
    ):
        state = torch.load(folder / file, weights_only=True)['state_dict']
        x = torch.stack([torch.arange(4.0).roll(i % 3) + 0.1 * i for i in range(9)])
        x = torch.nn.functional.batch_norm(x, *(state[f'norm.{name}'] for name in NORM))
        scores = (x @ state['fc.weight'].T + state['fc.bias']).softmax(1)
        written = torch.tensor([line['score'] for line in lines])
        torch.testing.assert_close(written, scores)
        right = sum(line['pred'] == line['label'] for line in lines)
        assert metrics['dfer/WAR'] == pytest.approx(100 * right / 9)
    assert best[0]['score'] != last[0]['score']


KILLS = {
    'in an epoch': ('before_train_epoch', 2),
    'before the best epoch is known': ('after_val_epoch', 2),
    'before a worse epoch is known': ('after_val_epoch', 4),
    'while testing': ('after_test_epoch', 4),
}


@pytest.fixture
def whole(run, known={}):  # noqa: B006  one run for all tests
    """What an uninterrupted run leaves."""
    if not known:
        known.update(contents(run('whole')))
    return known


def test_a_killed_and_resumed_run_selects_the_same(run, whole, tmp_path):
    for name, kill in KILLS.items():
        run(name, kill=kill)
        assert not (tmp_path / name / 'predictions.jsonl').exists()
        assert contents(run(name, resume=True)) == whole, name


def test_killed_between_file_and_record(run, whole, monkeypatch):
    link = selection_hook._link

    def link_and_die(source, target):
        link(source, target)
        if source.name == 'epoch_2.pth':
            raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(selection_hook, '_link', link_and_die)
        folder = run('cut', kill=('nowhere', 0))
    assert '2' not in json.loads((folder / 'selection.json').read_text())['evaluated']
    assert {p.name for p in folder.glob('best*')} == {
        *('best_epoch_1.pth', 'best_epoch_2.pth')
    }
    assert contents(run('cut', resume=True)) == whole


def test_a_finished_run_tests_again_or_starts_a_new_record(run, whole):
    folder = run('finished')
    for name in BOTH:
        if name != 'selection.json':
            (folder / name).unlink()
    assert contents(run('finished', resume=True)) == whole
    run('finished', kill=('after_val_epoch', 1))
    record = json.loads((folder / 'selection.json').read_text())
    assert record['evaluated'] == {} and 'test' not in record


def test_a_damaged_newest_checkpoint_does_not_lose_the_best(run, whole):
    folder = run('damaged', kill=('before_train_epoch', 3))
    (folder / 'epoch_3.pth').write_bytes(b'damaged')
    assert contents(run('damaged', resume=True)) == whole


def test_the_last_epoch_leaves_its_predictions_alone(run):
    folder = run(rule='last')
    record = json.loads((folder / 'selection.json').read_text())
    assert record['rule'] == 'last' and record['epoch'] == 4
    assert (folder / 'predictions.jsonl').is_file()
    assert not (folder / 'predictions_last.jsonl').exists()
    assert not list(folder.glob('best*'))


def test_under_test_the_last_number_and_the_difference_are_logged(run):
    folder = run(rule='test')
    text = next(folder.rglob('*.log')).read_text()
    assert 'optimistic' in text
    assert ', 9 clips: ' in text.split('Test, epoch 2')[-1]
    for part in ('epoch 4 (last epoch): ', 'Difference', 'dfer/WAR +', 'dfer/UAR'):
        assert part in text.split('Test, epoch 2')[-1], part
    assert 'recall_of' not in text.split('Test, epoch 2')[-1]


def test_a_run_cannot_change_its_rule(run):
    run(rule='last', kill=('before_train_epoch', 2))
    with pytest.raises(ValueError, match="selection was 'last' and is 'test'"):
        run(rule='test', resume=True)


def test_epochs_that_nobody_evaluated_are_missed(run):
    folder = run('forgetful', kill=('before_train_epoch', 3))
    (folder / 'selection.json').unlink()
    with pytest.raises(ValueError, match=r'metrics of epochs \[1, 2\]'):
        run('forgetful', resume=True)


def test_a_run_compared_with_is_selected_alike(run, capsys):
    compared = dict(
        type='CompareRunHook',
        name='slow',
        config=dict(optim_wrapper=dict(optimizer=dict(lr=0.0))),
        metrics=['dfer/WAR'],
    )
    hooks = [dict(type='EvaluateBeforeTrainHook'), compared]
    folder = run(custom_hooks=hooks)
    summary = json.loads((folder / 'summary.json').read_text())
    for name, at in (('this run', folder), ('slow', folder / 'slow')):
        record = json.loads((at / 'selection.json').read_text())
        assert record['rule'] == 'val'
        assert summary[name] == record['test']
        assert (at / 'predictions.jsonl').is_file()
    # Beside test numbers stand test numbers, though another part validates.
    assert summary['zero-shot'].keys() == summary['this run'].keys()
    clips = [json.loads(line) for line in open(folder / 'predictions.jsonl')]
    ninths = 9 * summary['zero-shot']['dfer/WAR'] / 100
    assert len(clips) == 9 and ninths == pytest.approx(round(ninths))
    assert 'on a validation part' in ' '.join(capsys.readouterr().out.split())


def test_mistakes_are_found_before_training(run):
    with pytest.raises(ValueError, match='interval=1'):
        run(**{'default_hooks.checkpoint.interval': 2})
    with pytest.raises(ValueError, match="'other/x'.*has only .*'scripted/score'"):
        run('metric', **{'default_hooks.selection.metric': 'other/x'})
    with pytest.raises(ValueError, match='rule must be'):
        selection_hook.SelectionHook(rule='best')


def test_the_threshold_of_several_labels_is_written_with_the_predictions():
    loop = SimpleNamespace(evaluator=Evaluator([MultiLabelMetric(threshold=0.3)]))
    loop.evaluator.dataset_meta = dict(classes=('a', 'b'))
    with _noting(loop, 'predictions.jsonl', dict(rule='last')):
        assert loop.evaluator.dataset_meta['threshold'] == 0.3
    assert loop.evaluator.dataset_meta == dict(classes=('a', 'b'))
    assert len(loop.evaluator.metrics) == 1


@pytest.mark.parametrize('value', [float('nan'), float('inf')])
def test_an_epoch_is_not_selected_by_a_number_that_is_none(value):
    hook = SelectionHook('val', metric='scripted/score')
    hook._training = True
    runner = SimpleNamespace(epoch=2)
    with pytest.raises(ValueError, match='epoch 2 has scripted/score=') as caught:
        hook.after_val_epoch(runner, {'scripted/score': value})
    assert caught.value.exit_code == 2
    assert hook._evaluated == {}
