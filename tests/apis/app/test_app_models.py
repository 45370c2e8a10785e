"""The models that the page offers, and when each is loaded."""

from types import SimpleNamespace

import pytest

from tgdfer_mm.apis.app.jobs import Job
from tgdfer_mm.apis.app.models import Models
from tgdfer_mm.apis.app.uploads import Limits
from tgdfer_mm.apis.app.work import analyse
from tgdfer_mm.catalogue import catalogue, model_folder
from tgdfer_mm.video.errors import InputError, UsageError

FIRST = SimpleNamespace(about=dict(name='my own', note='The model my own is new.'))


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    """One model of the catalogue has been fetched."""
    monkeypatch.setenv('XDG_CACHE_HOME', str(tmp_path))
    folder = model_folder('fer2013-xception')
    folder.mkdir(parents=True)
    (folder / 'model.safetensors').touch()


def test_the_models_that_are_here_can_be_chosen():
    models = Models(FIRST, None)
    names = [each['name'] for each in models.choices]
    assert names == ['my own', 'demo', 'fer2013-xception']
    notes = {each['name']: each['note'] for each in models.choices}
    assert notes['my own'] == 'The model my own is new.'
    assert notes['fer2013-xception'] == catalogue()['fer2013-xception'].full_note


def test_each_is_loaded_once_and_when_it_is_asked_for():
    asked = []
    models = Models(FIRST, lambda name: asked.append(name) or name.upper())
    assert models('my own') is FIRST and asked == []
    assert models('demo') == models('demo') == 'DEMO'
    assert asked == ['demo']


def test_one_that_was_removed_meanwhile_is_no_fault_of_the_video(tmp_path):
    def gone(name):
        raise InputError(f'the model {name} is not on this machine')

    job = Job('key', 'film.mp4', tmp_path, model='demo')
    with pytest.raises(UsageError, match='demo is not on this machine'):
        analyse(job, Models(FIRST, gone), Limits())
