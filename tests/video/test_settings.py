"""Settings: changed by name, refused by name, plain in the result."""

import json
from dataclasses import FrozenInstanceError

import pytest

from tgdfer_mm.video.crops import FaceCrop
from tgdfer_mm.video.errors import UsageError
from tgdfer_mm.video.settings import VideoSettings


def test_changes_keep_what_they_do_not_name():
    settings = VideoSettings().updated(dict(crop=dict(size=64), every=2))
    changed = settings.updated(dict(crop=dict(margin=0.4), window=dict(stride=0.1)))
    assert (changed.crop.size, changed.crop.margin, changed.every) == (64, 0.4, 2)
    assert changed.window.seconds == VideoSettings().window.seconds
    assert VideoSettings().updated(changed.nested()) == changed


def test_the_defaults():
    assert VideoSettings().asdict() == dict(
        **dict(window=2.0, stride=0.5, frames=16, short_clip='pad'),
        **dict(size=224, margin=0.25, shift=[0.0, -0.1], align=False),
        **dict(
            every_seconds=0.2, every=None, max_gap=1.0, min_overlap=0.3, min_track=0.3
        ),
        **dict(cut=27.0, max_seconds=None),
        **dict(max_frames=1_000_000, max_pixels=64_000_000),
        intervals=dict(
            **dict(threshold=0.5, smooth=0.2, join=0.2, shortest=0.2),
            neutral='neutral',
            hold=0.4,
        ),
    )


def test_a_part_may_be_given_as_a_whole():
    crop = FaceCrop(size=32, margin=0.1)
    settings = VideoSettings().updated(dict(crop=crop, every=2))
    assert settings.crop is crop and settings.every == 2


def test_they_survive_json_and_say_what_the_schema_names():
    settings = VideoSettings().updated(dict(crop=dict(shift=[0.1, 0.2])))
    again = VideoSettings().updated(json.loads(json.dumps(settings.nested())))
    assert again == settings
    flat = settings.asdict()
    assert (flat['window'], flat['stride'], flat['shift']) == (2.0, 0.5, [0.1, 0.2])
    assert flat['intervals']['threshold'] == settings.intervals.threshold


def test_none_can_be_changed_under_a_running_analysis():
    settings = VideoSettings()
    for part, name in (
        (settings, 'every'),
        (settings.crop, 'size'),
        (settings.window, 'frames'),
        (settings.intervals, 'join'),
    ):
        with pytest.raises(FrozenInstanceError):
            setattr(part, name, 3)


def test_what_is_just_allowed():
    settings = VideoSettings(every=1, max_gap=0.0, min_track=0.0)
    assert (settings.every, settings.max_gap, settings.min_track) == (1, 0, 0)


@pytest.mark.parametrize(
    ('changes', 'message'),
    [
        (dict(evry=2), 'video.evry: there is no such setting.*every'),
        (dict(crop=dict(sise=2)), r"video.crop: \['sise'\], but there is only size"),
        (dict(every=0), 'every=0'),
        (dict(every=2.5), 'every=2.5'),
        (dict(every=-1), 'every=-1'),
        (dict(every=dict(size=2)), "every={'size': 2}"),
        (dict(max_gap=-1), 'max_gap=-1'),
        (dict(max_gap=-0.01), 'max_gap=-0.01'),
        (dict(min_track=-0.01), 'min_track=-0.01'),
        (dict(window=dict(stride=9.0)), 'stride=9.0'),
    ],
)
def test_what_cannot_work_is_refused(changes, message):
    with pytest.raises(UsageError, match=message):
        VideoSettings().updated(changes)
