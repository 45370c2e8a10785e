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
