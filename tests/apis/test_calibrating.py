"""People that a temperature is fitted on, and checkpoints that leave nobody for it."""

import pytest
import torch
from mmengine.config import Config

from tgdfer_cli.main import parse
from tgdfer_mm.apis import calibrating
from tgdfer_mm.apis.calibrating import Part, training_of
from tgdfer_mm.apis.calibration import (
    calibration_file,
    carry_calibration,
    read_calibration,
    write_calibration,
)
from tgdfer_mm.commands.calibrate import run
from tgdfer_mm.evaluation.temperature import CalibrationError, reliability_bins
from tgdfer_mm.files import file_hash
from tgdfer_mm.video.errors import UsageError
from tgdfer_mm.visualization.reliability_figure import draw_reliability

from .test_calibration import record_of


def checkpoint(path, **data):
    meta = dict(dataset_meta=data) if data else {}
    torch.save(dict(meta=meta, state_dict=dict(a=torch.zeros(1))), path)
    return path


def line(clip, label, score, person=None):
    return dict(clip=clip, label=label, score=score, person=person, damaged=None)


@pytest.mark.parametrize(
    ('data', 'said'),
    [
        ({}, 'does not say what it was trained on'),
        (dict(dataset='d', val_part=0.0), 'tgdfer train CONFIG --selection val'),
        (dict(dataset='d'), 'nobody is left to calibrate'),
        (dict(dataset='d', val_part=0.1, setting='multi'), 'several labels for a clip'),
    ],
)
def test_a_checkpoint_that_has_nobody_left_is_refused(data, said, tmp_path):
    with pytest.raises(CalibrationError, match=said):
        training_of(checkpoint(tmp_path / 'a.pth', **data))


def test_a_folder_to_hand_on_and_a_config_alone_say_what_is_missing(tmp_path):
    (tmp_path / 'config.json').write_text('{}')
    with pytest.raises(UsageError, match='Calibrate the work folder'):
        run(parse('calibrate', [str(tmp_path)]))
    with pytest.raises(UsageError, match='needs a checkpoint'):
        run(parse('calibrate', ['tgdfer_demo']))


def test_clips_are_counted_with_their_people():
    lines = [
        line('a', 0, [0.6, 0.4], 'x'),
        line('b', 1, [0.7, 0.3], 'x'),
        line('c', 1, [0.2, 0.8], 'y'),
        line('d', 1, None, 'z'),
    ]
    found = Part.of(lines).judged(2.0)
    assert (found['clips'], found['unreadable'], found['people']) == (3, 1, 2)
    assert found['before']['accuracy'] == found['after']['accuracy']
    assert found['after']['confidence'] < found['before']['confidence']
    assert Part.of([*lines, line('e', 0, [0.5, 0.5])]).people is None


class People:
    """A data set that says who is in its clips."""

    def __init__(self, *people):
        self.infos = [
            dict(clip=f'{id(self)} {i}', person=p) for i, p in enumerate(people)
        ]

    def __len__(self):
        return len(self.infos)

    def get_data_info(self, place):
        return self.infos[place]


@pytest.fixture
def parts(monkeypatch):
    """Sets who is trained on and who validates."""

    def put(train, val):
        sets = dict(train_dataloader=[train], val_dataloader=[val])
        monkeypatch.setattr(calibrating, '_infos', lambda cfg, key: sets[key])
        monkeypatch.setattr(calibrating, 'apply_recipe', lambda cfg: [])

    return put


def test_a_person_who_is_trained_on_calibrates_nothing(parts):
    parts(People('x', 'y'), People('y', 'z'))
    with pytest.raises(CalibrationError, match="1 of the 2 people .* 'y' for one"):
        calibrating._hold_out(Config(dict(recipe={})), 0.1)
    cfg = Config(dict(recipe=dict(precision='bf16')))
    parts(People('x', 'y', None), People('z', None))
    calibrating._hold_out(cfg, 0.1)
    assert cfg.recipe == dict(selection='val')
    assert cfg.default_hooks.selection.val_part == 0.1


def test_a_clip_that_is_trained_on_calibrates_nothing(parts):
    both = People('x')
    parts(both, both)
    with pytest.raises(CalibrationError, match='evaluated clips are also trained on'):
        calibrating._hold_out(Config(dict(recipe={})), 0.1)


def test_a_published_file_takes_its_calibration_along(tmp_path):
    source, out = tmp_path / 'a.pth', tmp_path / 'b.safetensors'
    source.write_bytes(b'one')
    out.write_bytes(b'two')
    write_calibration(record_of(source), source)
    carry_calibration(source, out)
    found = read_calibration(out, file_hash(out))
    assert found['temperature'] == 1.75 and found['checkpoint'] == 'b.safetensors'
    calibration_file(source).unlink()
    carry_calibration(source, out)
    assert not calibration_file(out).exists()


def test_the_picture_has_a_bar_for_each_bin_with_clips():
    found = Part.of([line(str(i), i % 2, [0.9, 0.1]) for i in range(4)])
    bins = reliability_bins(found.scores, found.labels)
    figure = draw_reliability([('before', bins), ('after', bins)], 'a note')
    bars = [axes for axes in figure.axes if axes.get_title(loc='left')]
    assert [axes.get_title(loc='left') for axes in bars] == ['before', 'after']
    assert [len(axes.patches) for axes in bars] == [1, 1]
    assert bars[0].patches[0].get_height() == 0.5
