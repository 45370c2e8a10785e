"""A wrong setting ends a command in one sentence that names the config's key."""

import pytest

from tgdfer_cli.main import main
from tgdfer_mm.settings import SettingError, parse_settings

CONFIG = """
default_scope = 'mmaction'
log_level = 'ERROR'
model = dict(
    type='Recognizer3D',
    backbone=dict(
        type='C3D', out_dim=2, dropout_ratio=0.5, init_std=0.1,
    ),
    cls_head=dict(type='I3DHead', num_classes=2, in_channels=4),
    data_preprocessor=dict(type='ActionDataPreprocessor', mean=[0.0], std=[1.0]),
)
data = dict(
    type='RawframeDataset',
    ann_file=LIST,
    pipeline=[dict(type='FormatShape', input_format='NCTHW')],
)
train_dataloader = dict(
    batch_size=1, num_workers=0, dataset=data, sampler=dict(type='DefaultSampler')
)
train_cfg = dict(by_epoch=True, max_epochs=1)
optim_wrapper = dict(
    constructor='TextGuidedOptimWrapperConstructor',
    optimizer=dict(type='SGD', lr=0.1, weight_decay=0.1),
    paramwise_cfg=dict(no_decay=['conv1a']),
)
param_scheduler = [dict(type='ConstantLR', factor=1)]
val_cfg = None
"""


@pytest.fixture
def train(tmp_path, capsys):
    """Trains with an option; the code of the command and its error."""
    (tmp_path / 'list.txt').write_text('clip 1 0\n')
    config = tmp_path / 'config.py'
    config.write_text(CONFIG.replace('LIST', repr(str(tmp_path / 'list.txt'))))

    def run(option):
        work = ('--work-dir', str(tmp_path / 'work'))
        code = main(['train', str(config), *work, '--cfg-options', option])
        errors = capsys.readouterr().err.splitlines()
        return code, [line for line in errors if line.startswith('error: ')]

    return run


@pytest.mark.parametrize(
    ('option', 'words'),
    [
        # While parts are built.
        ('train_cfg.foo=1', 'train_cfg.foo: EpochBasedTrainLoop has no setting'),
        ('train_cfg.max_epochs=abc', 'train_cfg: invalid literal'),
        ('train_dataloader.foo=1', 'train_dataloader.foo: DataLoader has no setting'),
        ('train_dataloader.batch_size=0', 'train_dataloader: batch_size should be'),
        ('train_dataloader.dataset.foo=1', 'train_dataloader.dataset.foo: '),
        ('train_dataloader.dataset.type=Foo', 'train_dataloader.dataset: there is no '),
        ('train_dataloader.dataset.type=DFEWDataset', "DFERDataset needs 'data_root'"),
        ('train_dataloader.dataset.pipeline.0.foo=1', 'dataset.pipeline.0.foo: '),
        ('train_dataloader.sampler.foo=1', 'train_dataloader.sampler.foo: '),
        ('model.cls_head.foo=1', 'model.cls_head.foo: '),
        ('model.backbone.type=Foo', "model.backbone: there is no 'Foo'"),
        ('model.cls_head.num_classes=abc', 'model.cls_head: TypeError'),
        ('optim_wrapper.optimizer.foo=1', 'optim_wrapper.optimizer.foo: SGD has no'),
        ('optim_wrapper.constructor=Foo', "optim_wrapper: there is no 'Foo'"),
        ('optim_wrapper.paramwise_cfg.no_decay=[token]', "['token']"),
        ('param_scheduler.0.foo=1', 'param_scheduler.0.foo: '),
        ('randomness.foo=1', 'randomness.foo: Runner has no setting'),
        ('runner_type=Foo', "runner_type: there is no 'Foo'"),
        ('default_hooks.logger.interval=abc', 'default_hooks'),
        ('recipe.cache_features=none', 'train_dataloader.dataset: the pipeline needs'),
        ('recipe.augment_on_device=True', 'train_dataloader.dataset: the pipeline nee'),
        # While they are merged.
        ('recipe=1', 'recipe=1: it has to be a dict'),
        ('model.type.foo=1', "model.type is 'Recognizer3D', which has no entries"),
        ('model..foo=1', 'the key has an empty part'),
        ('param_scheduler.9.foo=1', 'a list of 1, whose entries have the numbers 0 to'),
        ('param_scheduler.x.foo=1', 'param_scheduler is a list of 1'),
        ('param_scheduler.0=1', 'param_scheduler is a list of 1'),
        (f'param_scheduler.{"9" * 5000}.foo=1', 'param_scheduler is a list of 1'),
        # Once they are merged.
        ('default_hooks=[1]', 'default_hooks=[1]: it has to be a dict.'),
        ('default_hooks.logger=1', 'default_hooks.logger=1: it has to be a dict.'),
        ('custom_hooks=1', 'custom_hooks=1: it has to be a list of dicts.'),
        ('custom_hooks=[1]', 'custom_hooks.0=1: it has to be a dict.'),
        ('randomness=1', 'randomness=1: it has to be a dict.'),
        ('load_from=1', 'load_from=1: it has to be a text.'),
        ('resume=foo', "resume='foo': it has to be True or False."),
        ('val_evaluator=1', 'val_evaluator=1: it has to be a dict or a list of dicts.'),
        # While they are read.
        ("model=dict(type='X')", 'no dict. Give each of its entries its own key'),
        ('model.cls_head.foo=[1,(2]', 'brackets'),
    ],
)
def test_the_key_is_named(train, option, words):
    code, errors = train(option)
    assert code == 2
    (error,) = errors
    assert words in error


@pytest.mark.parametrize(
    ('option', 'words'),
    [
        ('start_index=5', 'start_index: BaseDataset has no setting'),
        ('data_root=1', 'train_dataloader.dataset: TypeError'),
        ('subset=foo', 'subset must be in'),
    ],
)
def test_a_wrong_argument_of_a_data_set_of_ours_is_named(
    tmp_path, capsys, option, words
):
    work = ('--work-dir', str(tmp_path))
    option = f'train_dataloader.dataset.{option}'
    assert main(['train', 'tgdfer_dfew', *work, '--cfg-options', option]) == 2
    assert words in capsys.readouterr().err


def test_what_a_key_below_another_says(train):
    code, (error,) = train('train_cfg.max_epochs.foo=1')
    assert code == 2 and 'train_cfg.max_epochs is 1' in error


@pytest.mark.parametrize(
    ('text', 'value'),
    [
        ('a=1', 1),
        ('a="[1,(2,x)]"', [1, (2, 'x')]),
        ('a=img_{:05}.jpg', 'img_{:05}.jpg'),
        ('a={:05}.jpg', '{:05}.jpg'),
        ('a=inf', float('inf')),
        ('a=b=c', 'b=c'),
    ],
)
def test_values_of_settings(text, value):
    assert parse_settings([text]) == {'a': value}


@pytest.mark.parametrize(
    'value',
    [
        'dict(b=1)',
        '[dict(b=1)]',
        '{"b": 1}',
        '{}',
        '9' * 5000,
        f'[1,{"9" * 5000}]',
        '[(1,2]',
        '[' * 2000 + ']' * 2000,
    ],
)
def test_values_that_cannot_be_read_are_refused(value):
    with pytest.raises(SettingError, match='^key.name=') as caught:
        parse_settings([f'key.name={value}'])
    assert caught.value.exit_code == 2
    assert len(str(caught.value)) < 400


@pytest.mark.parametrize(
    ('text', 'words'),
    [
        ('x = (', "line 1: '(' was never closed: x = ("),
        ("_base_ = 'none.py'", 'none.py'),
        ("_base_ = 'tgdfer_mm::tgdfer_dfw'", "_base_ 'tgdfer_mm::tgdfer_dfw'"),
        ('x = 1 / 0', 'ZeroDivisionError'),
        ('raise SystemExit', 'SystemExit'),  # which would end as if all went well
        ('x = 1', "the config has no 'model'"),
    ],
)
def test_a_config_that_cannot_be_read(tmp_path, capsys, text, words):
    config = tmp_path / 'config.py'
    config.write_text(text + '\n')
    assert main(['train', str(config), '--work-dir', str(tmp_path / 'work')]) == 2
    (error,) = capsys.readouterr().err.splitlines()[-1:]
    assert error.startswith(f'error: {config}') and words in error


@pytest.mark.parametrize(
    ('option', 'words'),
    [
        (('--batch', '0'), '0 is too small: the least is 1'),
        (('--workers', '-1'), "'-1' is not a whole number"),
        (('--device', 'toaster'), "device='toaster' is not there"),
    ],
)
def test_options_of_features(tmp_path, capsys, option, words):
    try:
        code = main(['features', 'tgdfer_demo', str(tmp_path / 'features'), *option])
    except SystemExit as stop:
        code = stop.code
    assert code == 2
    assert words in capsys.readouterr().err
