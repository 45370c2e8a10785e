"""A training that was stopped early stays stopped, unless it may go on."""

import json

import pytest
from conftest import CONFIG


@pytest.fixture
def config(tmp_path):
    """Nothing is ever better by so much: the second evaluation stops the run."""
    stop = dict(
        type='EarlyStoppingHook',
        monitor='standin/accuracy',
        rule='greater',
        min_delta=1000,
        patience=1,
    )
    path = tmp_path / 'stops.py'
    text = CONFIG.read_text().replace('max_epochs=4', 'max_epochs=6')
    path.write_text(f'{text}\ncustom_hooks.append({stop})\n')
    return path


def test_a_resumed_run_stays_stopped_until_its_patience_is_raised(
    processes, config, tmp_path
):
    folder = tmp_path / 'work/fold1'

    def train(*args):
        args = ('--work-dir', tmp_path / 'work', *args)
        [code] = processes.wait([processes.start('train.py', *args, config=config)])
        assert code == 0
        return sorted(path.name for path in folder.glob('epoch_*.pth'))

    assert train() == ['epoch_1.pth', 'epoch_2.pth']
    record = json.loads((folder / 'early_stopping.json').read_text())
    assert record['stopped'] and record['epoch'] == 2
    assert record['hooks'][0]['wait_count'] == 1
    assert train('--resume') == ['epoch_1.pth', 'epoch_2.pth']
    # Two in a row that bring nothing are needed now, and one has been counted.
    config.write_text(config.read_text().replace("'patience': 1", "'patience': 2"))
    assert train('--resume') == ['epoch_2.pth', 'epoch_3.pth']


def test_the_result_of_a_loop_by_iterations_names_the_iteration(processes, tmp_path):
    path = tmp_path / 'by_iterations.py'
    text = CONFIG.read_text().replace(
        "dict(type='EpochBasedTrainLoop', max_epochs=4)",
        "dict(type='IterBasedTrainLoop', max_iters=7, val_interval=100)",
    )
    hooks = dict(
        checkpoint=dict(type='CheckpointHook', by_epoch=False, interval=4),
        selection=dict(type='SelectionHook'),
    )
    path.write_text(f'{text}\nparam_scheduler = []\ndefault_hooks.update({hooks})\n')
    start = processes.start('train.py', '--work-dir', tmp_path / 'work', config=path)
    assert processes.wait([start]) == [0]
    folder = tmp_path / 'work/fold1'
    record = json.loads((folder / 'selection.json').read_text())
    assert record['iteration'] == 7 and 'epoch' not in record
    assert record['description'] == 'last iteration'
    meta = json.loads((folder / 'predictions.meta.json').read_text())
    assert meta['selection']['iteration'] == 7
    assert (folder / 'iter_7.pth').is_file()
