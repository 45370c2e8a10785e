"""A temperature next to the weights: who uses it, what it says, what is refused."""

import json
import shutil

import jsonschema
import numpy as np
import pytest

from tgdfer_mm.apis import load_model, result_schema, save_pretrained
from tgdfer_mm.apis.calibration import (
    SCHEMA,
    calibration_file,
    read_calibration,
    write_calibration,
)
from tgdfer_mm.apis.export import _metadata
from tgdfer_mm.apis.result_table import print_result
from tgdfer_mm.apis.runtime import TorchRuntime, calibrated
from tgdfer_mm.files import file_hash
from tgdfer_mm.models.vision_language.open_clip_models import resolve
from tgdfer_mm.terminal import Terminal
from tgdfer_mm.video.analysis import Prediction
from tgdfer_mm.video.errors import InputError
from tgdfer_mm.visualization.video.words import calibration_words

NUMBERS = dict(NLL=0.9, ECE=12.3, accuracy=70.0, confidence=82.3)


def record_of(checkpoint, **changes):
    return (
        dict(
            schema=SCHEMA,
            temperature=1.75,
            checkpoint=checkpoint.name,
            sha256=file_hash(checkpoint),
            dataset='drawn',
            fold=1,
            clips=70,
            people=10,
            before=NUMBERS,
            after=NUMBERS | dict(ECE=4.5),
            test=None,
        )
        | changes
    )


@pytest.fixture(scope='module')
def weights(demo, tmp_path_factory):
    """The demo's weights with a calibration next to them."""
    path = tmp_path_factory.mktemp('calibrated') / 'mine.safetensors'
    shutil.copyfile(resolve(demo.about['checkpoint']), path)
    write_calibration(record_of(path), path)
    return path


@pytest.fixture(scope='module')
def loaded(weights):
    return load_model('demo', weights)


def windows():
    pictures = np.random.RandomState(0).randint(0, 256, (9, 64, 64, 3), np.uint8)
    return [list(pictures), list(pictures[:4])]


def test_probabilities_follow_the_temperature_and_keep_their_order(demo, loaded):
    before = TorchRuntime(demo, {}).predict(windows())
    after = TorchRuntime(loaded, {}).predict(windows())
    for a, b in zip(before, after, strict=True):
        assert np.array_equal(a.probabilities.argsort(), b.probabilities.argsort())
        assert b.probabilities.max() < a.probabilities.max()
        assert b.probabilities.sum() == pytest.approx(1)
        logs = np.log(a.probabilities) / 1.75
        wanted = np.exp(logs) / np.exp(logs).sum()
        assert b.probabilities == pytest.approx(wanted, abs=1e-6)
        # It was fitted to whole clips.
        assert np.array_equal(a.scores, b.scores)
        assert np.array_equal(a.relevance, b.relevance)


def test_without_a_calibration_nothing_changes(demo):
    assert demo.about['calibration'] is None
    said = Prediction(np.array([0.7, 0.3], np.float32), None, None)
    assert calibrated(said, demo.about) is said
    assert calibrated(said, dict(name='of an earlier version')) is said


def test_every_result_says_so(demo, loaded):
    known = loaded.about['calibration']
    assert known == dict(temperature=1.75, clips=70, people=10, dataset='drawn', fold=1)
    form = result_schema()['properties']['model']['properties']['calibration']
    jsonschema.validate(known, form)
    jsonschema.validate(None, form)
    said = calibration_words(loaded.about)
    assert '(T = 1.75, on 10 people, 70 clips, of drawn)' in said
    unnamed = dict(calibration=dict(known, people=None))
    assert '(T = 1.75, on 70 clips of drawn)' in calibration_words(unnamed)
    for about in (demo.about, dict(name='of an earlier version')):
        assert 'uncalibrated' in calibration_words(about)


def test_the_table_says_so(capsys):
    result = dict(
        source=dict(path='a.mp4', duration=1.0),
        complete=True,
        tracks=[],
        warnings=[],
        model=dict(name='m', note=None, calibration=None),
    )
    print_result(result, Terminal(width=200))
    assert 'Scores are uncalibrated: 0.80' in capsys.readouterr().out


def test_it_travels_with_the_folder_and_its_card(loaded, tmp_path):
    folder = save_pretrained(loaded, tmp_path / 'folder')
    again = load_model(folder)
    assert again.about['calibration'] == loaded.about['calibration']
    own = again.trained['calibration']
    assert own['sha256'] == again.about['sha256'] != loaded.about['sha256']
    card = (folder / 'README.md').read_text(encoding='utf-8')
    assert 'at the temperature 1.750' in card and 'uncalibrated' not in card
    assert '| fitted to | 70 | 12.30 | 4.50 | 0.900 | 0.900 |' in card

    config = json.loads((folder / 'config.json').read_text(encoding='utf-8'))
    config['trained']['calibration']['sha256'] = '0' * 64
    (folder / 'config.json').write_text(json.dumps(config), encoding='utf-8')
    with pytest.raises(InputError, match='calibration of other weights'):
        load_model(folder)


def test_the_card_of_another_model_says_that_it_is_not(demo, tmp_path):
    folder = save_pretrained(demo, tmp_path / 'folder')
    assert 'Scores are uncalibrated' in (folder / 'README.md').read_text('utf-8')


@pytest.mark.parametrize(
    ('change', 'said'),
    [
        (dict(sha256='0' * 64), r'of other weights \(SHA-256 000000000000'),
        (dict(temperature=0), 'temperature=0 is not a finite number above 0'),
        (dict(temperature='1'), "temperature='1' is not a finite"),
        (dict(temperature=True), 'temperature=True is not a finite'),
        (dict(clips=0), 'clips=0 is not a count'),
        (dict(people=1.5), 'people=1.5 is not a count'),
        (dict(schema='other/1'), 'not a calibration of the form'),
    ],
)
def test_what_cannot_be_used_is_refused(change, said, tmp_path):
    path = tmp_path / 'w.pth'
    path.write_bytes(b'weights')
    write_calibration(record_of(path, **change), path)
    with pytest.raises(InputError, match=said):
        read_calibration(path, file_hash(path))


def test_a_damaged_file_is_named(tmp_path):
    path = tmp_path / 'w.pth'
    path.write_bytes(b'weights')
    assert read_calibration(path, file_hash(path)) is None
    for content in ('{"temperature":', '[]'):
        calibration_file(path).write_text(content, encoding='utf-8')
        with pytest.raises(InputError, match='w.calibration.json'):
            read_calibration(path, file_hash(path))


def test_an_exported_file_has_it_in_its_metadata(loaded):
    metadata = _metadata(loaded)
    assert json.loads(metadata['model'])['calibration']['temperature'] == 1.75
    said = Prediction(np.array([0.9, 0.1]), None, None)
    assert calibrated(said, json.loads(metadata['model'])).probabilities[0] < 0.9
