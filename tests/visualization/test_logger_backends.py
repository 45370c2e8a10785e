"""The loggers themselves, without a network."""

import sqlite3
import sys

import cv2
import numpy as np
import pytest
from mmengine.config import Config
from mmengine.visualization import Visualizer

from tgdfer_mm.registry import VISBACKENDS
from tgdfer_mm.visualization.local_mlflow import flatten, known_name
from tgdfer_mm.visualization.logger_package import told_apart

PICTURE = np.zeros((30, 40, 3), np.uint8)
PICTURE[:, :20] = (200, 30, 10)  # red on the left


def log_a_run(folder, **backend):
    """Gives a backend what a short training gives it."""
    backend.setdefault('save_dir', str(folder))
    visualizer = Visualizer(vis_backends=[VISBACKENDS.build(backend)])
    visualizer.add_config(
        Config(dict(work_dir='w', model=dict(parts=[dict(a=1), dict(b=2)])))
    )
    for step in (1, 2):
        visualizer.add_scalars(dict(loss=1 / step, iter=step, epoch=1), step=step)
    visualizer.add_scalars({'dfer/UAR': 50.0, 'dfer/recall_a&b': 1}, step=1)
    visualizer.add_image('val/explained/Crime/7', PICTURE, step=1)
    visualizer.close()


def is_the_picture(read) -> bool:
    return read is not None and (read[..., ::-1] == PICTURE).all()


def test_tensorboard_holds_curves_and_pictures(tmp_path):
    pytest.importorskip('tensorboard')
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    log_a_run(tmp_path, type='TensorboardVisBackend')
    found = EventAccumulator(str(tmp_path)).Reload()
    assert [(e.step, e.value) for e in found.Scalars('loss')] == [(1, 1.0), (2, 0.5)]
    assert [e.value for e in found.Scalars('dfer/UAR')] == [50.0]
    (image,) = found.Images('val/explained/Crime/7')
    read = cv2.imdecode(np.frombuffer(image.encoded_image_string, np.uint8), 1)
    assert image.step == 1 and is_the_picture(read)


@pytest.mark.slow
def test_wandb_writes_files_and_needs_no_account(tmp_path, monkeypatch):
    pytest.importorskip('wandb')
    monkeypatch.delenv('WANDB_MODE', raising=False)
    monkeypatch.delenv('WANDB_API_KEY', raising=False)
    log_a_run(tmp_path, type='OfflineWandbVisBackend')
    (run,) = tmp_path.glob('wandb/offline-run-*')
    (image,) = run.glob('files/media/images/**/*.png')
    assert is_the_picture(cv2.imread(str(image)))
    assert next(run.glob('*.wandb')).stat().st_size > 1000


@pytest.mark.slow
def test_mlflow_holds_curves_parameters_and_pictures_of_each_run(tmp_path):
    pytest.importorskip('mlflow')
    for _ in range(2):  # a second run goes into the same file
        log_a_run(
            tmp_path, type='LocalMLflowVisBackend', database=str(tmp_path / 'log.db')
        )
    with sqlite3.connect(tmp_path / 'log.db') as database:
        runs = database.execute('select status, name from runs').fetchall()
        values = database.execute(
            "select value from metrics where key = 'loss' order by step"
        ).fetchall()
        params = dict(database.execute('select key, value from params').fetchall())
    assert runs == [('FINISHED', 'w')] * 2
    assert values == [(1.0,), (1.0,), (0.5,), (0.5,)]
    assert params == {'model.parts.0.a': '1', 'model.parts.1.b': '2'}
    images = list(tmp_path.glob('log/*/artifacts/val/explained/Crime/7_epoch1.png'))
    assert len(images) == 2 and is_the_picture(cv2.imread(str(images[0])))


def test_names_and_settings_take_the_form_that_mlflow_knows():
    assert known_name('dfer/recall_joy & (calm)') == 'dfer/recall_joy _ _calm_'
    given = dict(a=dict(b=[1, 2], c=[dict(d=3)]), e={}, f=None)
    assert dict(flatten(given)) == {'a.b': [1, 2], 'a.c.0.d': 3, 'e': {}, 'f': None}


def test_seconds_of_an_evaluation_are_not_those_of_a_training_step():
    training = dict(loss=2, time=0.5, iter=3)
    assert told_apart(training) == training
    assert told_apart({'dfer/UAR': 50, 'time': 7}) == {'dfer/UAR': 50, 'val/time': 7}


@pytest.mark.parametrize(
    ('backend', 'package'),
    [('OfflineWandbVisBackend', 'wandb'), ('LocalMLflowVisBackend', 'mlflow')],
)
def test_an_absent_logger_is_said_with_its_extra(
    backend, package, tmp_path, monkeypatch
):
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(ImportError, match=rf'{backend} .*tgdfer_mm\[{package}\]') as e:
        log_a_run(tmp_path, type=backend)
    assert e.value.exit_code == 2
