"""Options of `tgdfer train` about where frames and features come from."""

from pathlib import Path

import pytest

OURS = Path(__file__).parents[2] / 'configs/tgdfer_dfew.py'


def test_augmentation_moves_to_the_device(tool, config):
    cfg = tool('train', OURS, '--augment-on-device')
    assert cfg.model.data_preprocessor.type == 'ClipAugmentPreprocessor'
    assert [t.type for t in cfg.model.data_preprocessor.train][0] == 'RandomResizedCrop'


def test_all_data_sets_read_the_packed_file(tool, config):
    cfg = tool('train', OURS, '--pack', 'a.pack', '--selection', 'val')
    loaders = (cfg.train_dataloader, cfg.val_dataloader, cfg.test_dataloader)
    assert {loader.dataset.media_dir for loader in loaders} == {
        str(Path('a.pack').absolute())
    }


@pytest.mark.parametrize(
    ('options', 'named'),
    [
        (['--resident'], '--pack FILE'),
        (
            ['--resident', '--pack', 'no.pack'],
            'no.pack does not exist: --resident needs',
        ),
        (['--views', '3'], 'changes nothing without .*--cache-features'),
        (['--feature-dtype', 'float16'], 'changes nothing without .*--cache-features'),
        (['--cache-features', 'x'], '^RandomResizedCrop, ColorJitter in.*--views'),
    ],
)
def test_options_that_do_not_fit_are_refused(tool, config, options, named):
    with pytest.raises(ValueError, match=named):
        tool('train', OURS, *options)
