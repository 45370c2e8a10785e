"""`tgdfer folds --on` on trees in the true layouts: two steps, then the table."""

import json
import sys
from pathlib import Path

import pytest

from tgdfer_cli.main import main
from tgdfer_mm.locks import HOLDER
from tgdfer_mm.protocol import cells, folds

CONFIG = """
_base_ = ['tgdfer_mm::tgdfer_dfew']
tiny = dict(
    _delete_=True,
    embed_dim=16,
    quick_gelu=True,
    vision_cfg=dict(image_size=32, patch_size=16, layers=1, width=16, head_width=8),
    text_cfg=dict(context_length=77, vocab_size=49408, width=16, heads=1, layers=1),
)
model = dict(
    backbone=dict(arch=tiny, pretrained=None),
    text_encoder=dict(arch=tiny, pretrained=None),
    neck=dict(in_channels=16),
    cls_head=dict(in_channels=16),
)
pipeline = [
    dict(type='ListFrames'),
    dict(type='SampleSegments', num_frames=2, test_mode=True),
    dict(type='DecodeFrames'),
    dict(type='Resize', scale=(32, 32), keep_ratio=False),
    dict(type='FormatShape', input_format='NCHW'),
    dict(type='PackDFERInputs'),
]
train_dataloader = dict(batch_size=4, num_workers=0, dataset=dict(pipeline=pipeline))
test_dataloader = dict(batch_size=4, num_workers=0, dataset=dict(pipeline=pipeline))
val_dataloader = test_dataloader
train_cfg = dict(max_epochs=1)
default_hooks = dict(
    explain=dict(num=0),
    confusion=dict(_delete_=True, type='IterTimerHook'),
    contract=dict(allow=['overlap']),
)
recipe = dict(precision='fp32')
"""


@pytest.fixture
def commands(monkeypatch):
    """Trainings and tests run in this process; what was started, in order."""
    started = []

    def run_command(command, log, lock, env, watch, interval=0.5):
        name = Path(command[1]).stem
        started.append(name)
        with open(log, 'a') as out, monkeypatch.context() as patch:
            patch.setattr(sys, 'stdout', out)
            patch.setattr(sys, 'stderr', out)
            patch.setenv(HOLDER, env[HOLDER])
            return main([name, *command[2:]])

    for module in (folds, cells):
        monkeypatch.setattr(module, 'run_command', run_command)
    return started


@pytest.fixture
def config(dfew, ferv39k, mafw, tmp_path, monkeypatch):
    """Trains on DFEW; MAFW has folds of one to three clips, CREMA-D is not there."""
    lists = mafw / 'Train & Test Set/single/no_caption'
    rows = (lists / 'set_3/test.txt').read_bytes().splitlines(keepends=True)
    for fold, (start, end) in enumerate([(0, 2), (2, 4), (4, 5), (5, 6), (6, 11)], 1):
        for subset in ('train', 'test'):
            path = lists / f'set_{fold}/{subset}.txt'
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(b''.join(rows[start:end]))
    for root in (dfew, ferv39k, mafw):
        monkeypatch.setenv(f'{root.name.upper()}_ROOT', str(root))
    monkeypatch.setenv('CREMAD_ROOT', str(tmp_path / 'nowhere'))
    for name in ('FOLD', 'TGDFER_FOLD', 'LOCAL_RANK'):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    path = tmp_path / 'mine.py'
    path.write_text(CONFIG)
    return path


@pytest.mark.slow
def test_a_training_is_tested_on_the_others_and_kept(config, commands, capsys):
    words = ['folds', str(config), '--folds', '1', '--work-dir', 'work']
    words += ['--on', 'mafw', 'ferv39k', 'cremad']
    assert main(words) == 1  # a cell has no number
    assert commands == ['train', 'test', 'test'], capsys.readouterr()
    shown = capsys.readouterr().out
    assert 'mine will not be tested on cremad' in shown and 'own: ' in shown
    matrix = json.loads(Path('work/matrix.json').read_text())
    assert matrix['columns'] == ['DFEW', 'MAFW', 'FERV39k', 'CREMA-D']
    (row,) = matrix['rows']
    own, there, single, absent = (row['cells'][name] for name in matrix['columns'])
    assert (own['kind'], own['num_clips']) == ('own', 8)
    assert (there['num_clips'], there['num_classes']) == (7, 7)  # of all five folds
    assert there['excluded_clips']['contempt'] == 1 and '1,097' in there['remark']
    assert (single['num_clips'], single['num_classes']) == (14, 7)
    assert absent['kind'] == 'failed' and 'nowhere' in absent['why']
    page = Path('work/matrix.md').read_text()
    assert 'last epoch; folds: 1' in page and 'no number. ' in page

    first = Path('work/matrix.json').read_bytes()
    folder = Path('work/seed0/fold1/on_mafw/all_folds')
    (folder / 'predictions.jsonl').write_text('')  # damaged: this one alone is redone
    assert main(words) == 1
    assert commands == ['train', 'test', 'test', 'test']
    assert Path('work/matrix.json').read_bytes() == first


@pytest.mark.slow
def test_a_test_that_fails_is_a_sentence(config, commands, mafw, ferv39k):
    words = ['folds', str(config), '--folds', '1', '--work-dir', 'work']
    lists = mafw / 'Train & Test Set/single/no_caption'
    (lists / 'set_2/test.txt').write_text('00022.mp4 joyful\n')
    assert main([*words, '--on', 'mafw', 'ferv39k']) == 1
    assert commands == ['train', 'test', 'test']
    cells = json.loads(Path('work/matrix.json').read_text())['rows'][0]['cells']
    assert "unknown class 'joyful'" in cells['MAFW']['why']
    assert cells['FERV39k']['kind'] == 'other'


@pytest.mark.parametrize(
    ('words', 'said'),
    [
        (['--on', 'dfew'], '--on dfew: this is the training set of mine'),
        (['--on', 'mafw', 'mafw'], '--on names mafw twice'),
        (['mine.py', '--on', 'mafw'], 'two configs are called mine'),
        (['mine.py'], 'several configs make a table of data sets'),
    ],
)
def test_what_makes_no_table_is_refused(config, words, said, capsys):
    assert main(['folds', str(config), *words]) == 2
    assert said in capsys.readouterr().err
    assert not Path('work_dirs').exists()


def test_an_unknown_data_set_is_refused_with_those_there_are(config, capsys):
    with pytest.raises(SystemExit) as end:
        main(['folds', str(config), '--on', 'afew'])
    assert end.value.code == 2 and "'ravdess'" in capsys.readouterr().err
