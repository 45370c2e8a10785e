"""The runs of a protocol, and the settings that distinguish them."""

import os
from pathlib import Path

import pytest

from tgdfer_mm.paths import config_dir
from tgdfer_mm.protocol import parse_numbers, plan_runs
from tgdfer_mm.protocol.runs import differing_keys


@pytest.fixture(scope='module')
def config(tmp_path_factory):
    """A small config with folds."""
    path = tmp_path_factory.mktemp('plan') / 'folded.py'
    path.write_text(
        """
fold = int(__import__('tgdfer_mm').setting('FOLD', '1'))
data = dict(type='Data', fold=fold, pipeline=[])
train_dataloader = dict(dataset=dict(subset='train', **data))
test_dataloader = dict(dataset=dict(subset='test', **data))
val_dataloader = test_dataloader
val_cfg = dict(type='ValLoop')
val_evaluator = dict(type='DFERMetric')
test_evaluator = val_evaluator
train_cfg = dict(max_epochs=1)
log_level = 'INFO'
"""
    )
    return path


def test_numbers_and_ranges():
    assert parse_numbers('1-3,5') == [1, 2, 3, 5]
    assert parse_numbers('0') == [0]
    for text in ('', '1-', 'a', '1,1', '2-4,3', '-1', '3-2', '1;2'):
        with pytest.raises(ValueError, match='write numbers|names no number'):
            parse_numbers(text)


@pytest.mark.parametrize('text', ['1-99999999', '0-1000', '1-' + '9' * 5000])
def test_more_runs_than_can_be_meant_are_refused_at_once(text):
    with pytest.raises(ValueError, match='at most 1000 are allowed|write numbers'):
        parse_numbers(text)
    assert len(parse_numbers('0-999')) == 1000


def test_every_fold_of_every_seed_with_its_own_config(config, monkeypatch):
    for name in ('FOLD', 'TGDFER_FOLD'):
        monkeypatch.delenv(name, raising=False)
    runs = plan_runs(config, [3, 1], [1, 2], 'val')
    assert [run.name for run in runs] == [
        *('seed3/fold1', 'seed3/fold2', 'seed1/fold1', 'seed1/fold2')
    ]
    assert len({run.digest for run in runs}) == 4
    assert not {'FOLD', 'TGDFER_FOLD'} & set(os.environ)
    assert runs[1].config['test_dataloader']['dataset']['fold'] == 2
    assert runs[1].config['val_dataloader']['dataset']['subset'] == 'val'
    assert runs[0].folder == Path('work_dirs/folded_val/seed3/fold1')
    assert list(differing_keys(runs[0].config, runs[2].config)) == ['randomness.seed']


def test_the_digest_is_of_what_can_change_a_number(config):
    def digest(**changes):
        (run,) = plan_runs(**dict(dict(config=config, seeds=[0], folds=[1]), **changes))
        return run.digest

    own = digest()
    assert digest(work_dir='elsewhere') == own
    assert digest(options=['log_level=ERROR']) == own
    changes = (
        dict(rule='test'),
        dict(seeds=[1]),
        dict(folds=[2]),
        dict(options=['train_cfg.max_epochs=7']),
        dict(extra=['--deterministic']),
    )
    assert len({own, *(digest(**change) for change in changes)}) == 1 + len(changes)


def test_five_folds_unless_the_data_has_none(config):
    assert [run.fold for run in plan_runs(config, [0])] == [1, 2, 3, 4, 5]
    ferv39k = Path(config_dir(), 'tgdfer_ferv39k.py')
    (run,) = plan_runs(ferv39k, [0])
    assert run.fold is None and run.name == 'seed0' and run.rule == 'last'
    with pytest.raises(ValueError, match='--folds.*single split'):
        plan_runs(ferv39k, [0], [1])


def test_a_config_that_chooses_no_epoch_is_named(tmp_path):
    path = tmp_path / 'bare.py'
    path.write_text('model = None\n')
    with pytest.raises(
        ValueError, match=r'bare.py: default_hooks.selection.* is missing'
    ):
        plan_runs(path, [0])
