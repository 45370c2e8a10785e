"""Kinds of input: one or several, frames or one picture, never guessed."""

import numpy as np
import pytest

from tgdfer_mm.apis import DFERInferencer
from tgdfer_mm.apis.inputs import as_frames
from tgdfer_mm.video.errors import InputError, UsageError


@pytest.fixture(scope='module')
def on_crops(demo):
    """With the demo model, for frames that are face crops."""
    return DFERInferencer(demo, faces='none', show_progress=False, min_track=0)


def noise(*shape):
    return np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)


def frames_of(result):
    return result['source']['frames'], result['source']['width']


def test_one_picture_is_one_frame(on_crops):
    color, grey = noise(40, 50, 3), noise(40, 50)
    [one] = on_crops(color)['predictions']
    assert frames_of(one) == (1, 50)
    [same] = on_crops(color[None])['predictions']
    assert one['tracks'] == same['tracks']
    assert frames_of(on_crops(grey)['predictions'][0]) == (1, 50)
    assert frames_of(on_crops(noise(4, 40, 50))['predictions'][0]) == (4, 50)


@pytest.mark.parametrize(
    'shape', [(), (5,), (5, 40, 50, 4), (40, 50, 4), (40, 50, 1), (2, 5, 40, 50, 3)]
)
def test_an_array_of_another_shape_is_refused_with_the_right_one(shape):
    with pytest.raises(InputError, match=r'give \(frames, height, width, 3\)'):
        as_frames(np.zeros(shape, np.uint8))


def test_colours_that_come_first_are_not_read_as_three_grey_frames():
    with pytest.raises(InputError, match='give a list of frames, or the picture as'):
        as_frames(np.zeros((3, 40, 50), np.uint8))


@pytest.mark.parametrize('shape', [(0, 4, 5, 3), (2, 0, 5, 3), (2, 4, 0), (0, 5, 3)])
def test_an_array_without_a_picture_is_refused(shape):
    with pytest.raises(InputError, match='holds no picture'):
        as_frames(np.zeros(shape, np.uint8))


@pytest.mark.parametrize('kind', [float, np.uint16, np.int64, bool, object, 'U3'])
def test_numbers_of_another_kind_are_refused(on_crops, kind):
    with pytest.raises(InputError, match='needed is uint8'):
        on_crops(np.zeros((2, 8, 9, 3)).astype(kind))


def test_views_and_read_only_arrays_are_frames_like_any(on_crops):
    frames = noise(3, 40, 50, 3)
    [expected] = on_crops(np.ascontiguousarray(frames[..., ::-1]))['predictions']
    [view] = on_crops(frames[..., ::-1])['predictions']
    assert view['tracks'] == expected['tracks']
    fixed = np.ascontiguousarray(frames[..., ::-1])
    fixed.flags.writeable = False
    [found] = on_crops(fixed)['predictions']
    assert found['tracks'] == expected['tracks']


def test_a_bad_input_costs_none_of_the_others(on_crops, tmp_path):
    frames = noise(3, 40, 50, 3)
    (tmp_path / 'empty.mp4').touch()
    inputs = [frames, str(tmp_path / 'empty.mp4'), np.zeros((4, 4, 4)), None, frames]
    found = []
    with pytest.raises(InputError, match=r'empty\.mp4') as caught:
        for result in on_crops.iterate(inputs):
            found.append(result)
    assert len(found) == 2
    assert len(caught.value.__notes__) == 2  # what was wrong with the two others
    with pytest.raises(InputError) as caught:
        on_crops(inputs)
    assert [r['tracks'] for r in caught.value.results] == [r['tracks'] for r in found]


@pytest.mark.parametrize('size', [0, -1, 1.5, '8', None, True, float('nan')])
def test_a_batch_has_windows(on_crops, size):
    with pytest.raises(UsageError, match='batch_size=.* whole number of at least 1'):
        on_crops(noise(2, 8, 9, 3), batch_size=size)


@pytest.mark.parametrize(
    'fps', [0, -1, 'fast', None, True, float('nan'), float('inf'), 1e-300, 1e300]
)
def test_frames_have_a_rate(demo, fps):
    with pytest.raises(UsageError, match='fps=.* must be a number of at least 0.001'):
        DFERInferencer(demo, faces='none', fps=fps)


def test_faces_that_are_left_out_are_no_missing_faces(demo):
    boxes = iter([[]] * 10 + [[(x, 0, x + 10, 10)] for x in (0, 20, 40)] + [[]] * 9)
    inferencer = DFERInferencer(
        demo, faces=lambda picture: next(boxes), every=1, cut=None, show_progress=False
    )
    [result] = inferencer(noise(22, 40, 60, 3))['predictions']
    assert result['tracks'] == []
    about = ('drawn', 'get a model')
    notes = [w for w in result['warnings'] if not any(each in w for each in about)]
    assert notes == ['3 faces seen for less than 0.3 s are left out']


def test_one_frame_that_the_detector_fails_at_leaves_the_rest_but_is_told(demo):
    calls = iter(range(100))

    def mine(picture):
        if next(calls) == 3:
            raise ValueError('no luck')
        return [(5, 5, 35, 35)]

    inferencer = DFERInferencer(
        demo, faces=mine, every=1, min_track=0, cut=None, show_progress=False
    )
    still = np.repeat(noise(1, 40, 50, 3), 8, axis=0)
    [result] = inferencer(still)['predictions']
    [track] = result['tracks']
    assert track['frames']['index'] == list(range(8))
    assert not result['complete']
    assert any('failed at one frame, first at frame 3' in w for w in result['warnings'])
    assert result['detector'] == dict(name='mine')
