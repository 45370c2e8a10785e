"""From folders of clips to a model that reads videos, with nothing edited."""

import pytest
from mmengine.config import Config
from mmengine.registry import RUNNERS

from tests.datasets.conftest import write_frames
from tgdfer_cli.main import parse
from tgdfer_mm.apis import calibrating, load_model
from tgdfer_mm.apis.preprocessing import steps_after_reading, video_settings
from tgdfer_mm.commands.calibrate import run
from tgdfer_mm.evaluation import read_predictions
from tgdfer_mm.files import read_json
from tgdfer_mm.recipe.loading import load_config


@pytest.fixture(scope='module')
def trained(tmp_path_factory):
    """A work folder: two classes of three clips, one epoch."""
    folder = tmp_path_factory.mktemp('own')
    for label, step in (('startled', 5), ('bored', 20)):
        for i in range(3):
            names = [f'{n}.jpg' for n in range(4)]
            write_frames(folder / 'mine' / label / str(i), names, step)
    cfg = load_config(
        'tgdfer_own',
        dict(
            data=str(folder / 'mine'),
            tower='small',
            cache_features=str(folder / 'features'),
            fold=2,
            selection='val',
        ),
        {'train_cfg.max_epochs': 1},
        str(folder / 'work'),
    )
    RUNNERS.build(cfg).train()
    return folder / 'work'


def test_the_work_folder_is_a_model_of_the_users_classes(trained):
    loaded = load_model(str(trained))
    assert loaded.classes == ['bored', 'startled']
    assert loaded.about['name'] == 'work'
    assert loaded.about['checkpoint'].endswith('best_epoch_1.pth')
    assert type(loaded.model.backbone).__name__ == 'OpenCLIPVisual'


def test_every_result_says_that_its_tower_saw_drawn_faces_only(trained):
    about = load_model(str(trained)).about
    assert about['domain'] == 'drawn'
    assert 'trained on drawn faces' in about['note']


def test_it_looks_at_pictures_as_the_clips_were_looked_at(trained):
    loaded = load_model(trained)
    steps = steps_after_reading(loaded.cfg)
    kinds = [step['type'] for step in steps]
    assert kinds == ['Resize', 'FormatShape', 'PackDFERInputs']
    assert tuple(steps[0]['scale']) == (64, 64)
    assert video_settings(loaded.cfg, {}).window.frames == 16
    preprocessor = loaded.model.data_preprocessor
    assert preprocessor.mean.flatten().tolist() == pytest.approx(
        [122.771, 116.746, 104.094]
    )


def test_its_config_can_be_run_again(trained):
    [path] = (trained / 'fold2').glob('*.py')
    cfg = Config.fromfile(path)
    assert cfg.model.text_encoder.classes == ['bored', 'startled']
    assert cfg.train_dataloader.dataset.fold == 2
    assert cfg.recipe.tower == 'small'


def test_it_is_calibrated_on_the_clips_that_were_set_aside(trained, monkeypatch):
    judged = []

    def fit(scores, labels):
        judged.append((scores, labels))
        return 2.0

    monkeypatch.setattr(calibrating, 'fit_temperature', fit)
    assert run(parse('calibrate', [str(trained), '--test'])) == 0
    [path] = (trained / 'fold2').glob('*.calibration.json')
    record = read_json(path)
    [(scores, labels)] = judged
    assert record['clips'] == len(labels) == len(scores) > 0
    test = read_predictions(trained / 'fold2/predictions.jsonl')
    assert record['test']['clips'] == len(test)
    assert path.with_suffix('.png').is_file()
    about = load_model(str(trained)).about
    assert about['calibration']['temperature'] == 2.0
    assert about['calibration']['fold'] == 2
    path.unlink()
    assert load_model(str(trained)).about['calibration'] is None
