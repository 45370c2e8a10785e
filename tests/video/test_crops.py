"""Crops: the part of the picture that follows from box, margin and shift."""

import cv2
import numpy as np
import pytest

from tgdfer_mm.video import crops
from tgdfer_mm.video.crops import FaceCrop
from tgdfer_mm.video.errors import UsageError

ROWS, COLUMNS = np.mgrid[0:100, 0:200].astype(np.uint8)
PICTURE = np.stack([COLUMNS, ROWS, np.zeros_like(ROWS)], axis=2)


def corners(crop):
    """First and last column, first and last row of the picture in a crop."""
    return [
        int(v) for v in (crop[0, 0, 0], crop[0, -1, 0], crop[0, 0, 1], crop[-1, 0, 1])
    ]


def test_without_margin_and_shift_it_is_the_box():
    crop = FaceCrop(size=20, margin=0, shift=(0, 0))(PICTURE, (50, 30, 70, 50))
    assert corners(crop) == [50, 69, 30, 49]


def test_margin_and_shift_are_shares_of_the_longer_side():
    box = (50, 30, 70, 40)  # 20 wide, 10 high
    assert corners(FaceCrop(40, 0.5, (0, 0))(PICTURE, box)) == [40, 79, 15, 54]
    assert corners(FaceCrop(40, 0.5, (0.25, -0.5))(PICTURE, box)) == [45, 84, 5, 44]


def test_beyond_the_edge_the_outermost_pixels_are_repeated():
    crop = FaceCrop(20, 0, (0, 0))(PICTURE, (-10, 90, 10, 110))
    assert corners(crop) == [0, 9, 90, 99]
    assert (crop[:, :10, 0] == 0).all() and (crop[10:, :, 1] == 99).all()
    far = FaceCrop(8, 0, (0, 0))(PICTURE, (500, 500, 520, 520))
    assert (far == PICTURE[-1, -1]).all()


def test_every_crop_has_the_size_and_shrinking_averages():
    noise = np.random.default_rng(0).integers(0, 256, (90, 90, 3), dtype=np.uint8)
    crop = FaceCrop(9, 0, (0, 0))(noise, (0, 0, 90, 90))
    assert crop.shape == (9, 9, 3)
    tiles = noise.reshape(9, 10, 9, 10, 3).mean((1, 3))
    assert np.abs(crop - tiles).max() <= 1
    assert FaceCrop(64)(noise, (3.4, 5.2, 9.9, 11.7)).shape == (64, 64, 3)


def test_what_is_cropped_already_is_only_scaled():
    crop = FaceCrop(50, 0.5, (0.3, 0))(PICTURE, (0, 0, 1, 1), cropped=True)
    assert crop.shape == (50, 50, 3)
    assert crop[0, 0, 0] < 5 and crop[0, -1, 0] > 195


def test_averages_only_where_every_side_shrinks():
    draw = np.random.default_rng(0)
    for height, width in ((20, 20), (21, 21), (20, 30), (40, 25), (19, 40), (20, 21)):
        noise = draw.integers(0, 256, (height, width, 3), dtype=np.uint8)
        crop = FaceCrop(20)(noise, (0, 0, 1, 1), cropped=True)
        shrinks = height > 20 and width > 20
        mode = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
        np.testing.assert_array_equal(
            crop, cv2.resize(noise, (20, 20), None, 0, 0, mode)
        )


def test_a_box_of_no_size_gives_two_pixels():
    assert FaceCrop(2, 0, (0, 0))(PICTURE, (50.2, 30.2, 50.4, 30.6)).shape == (2, 2, 3)
    assert corners(FaceCrop(2, 0, (0, 0))(PICTURE, (50, 30, 50, 30))) == [
        49,
        50,
        29,
        30,
    ]
    assert corners(FaceCrop(1, 0, (0, 0))(PICTURE[:1, :1], (0, 0, 1, 1))) == [0] * 4


def test_what_is_just_allowed():
    assert FaceCrop(size=1, margin=-0.49)(PICTURE, (50, 30, 70, 50)).shape == (1, 1, 3)


@pytest.mark.parametrize(
    'wrong',
    [
        *(dict(size=0), dict(size=-1), dict(margin=-0.5), dict(margin=-0.6)),
        *(dict(shift=(0, 0, 0)), dict(shift=(0,))),
    ],
)
def test_what_cannot_work_is_refused(wrong):
    with pytest.raises(UsageError, match='video.crop'):
        FaceCrop(**wrong)


def test_any_box_gives_the_pixels_nearest_to_its_places():
    draw = np.random.default_rng(1)
    for x, y, side in draw.integers([-60, -60, 1], [260, 160, 150], (200, 3)).tolist():
        side = 2 * side  # whole pixels: nothing is rounded
        crop = FaceCrop(side, 0, (0, 0))(PICTURE, (x, y, x + side, y + side))
        rows = np.clip(np.arange(y, y + side), 0, 99)
        columns = np.clip(np.arange(x, x + side), 0, 199)
        np.testing.assert_array_equal(crop, PICTURE[rows[:, None], columns])


def test_an_aligned_crop_has_the_five_points_at_their_places():
    rng = np.random.default_rng(0)
    places = crops._PLACES * 2  # of a crop of 224 pixels
    for _ in range(10):
        angle, scale = rng.uniform(-0.6, 0.6), rng.uniform(0.4, 1.6)
        turn = scale * np.array(
            [[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]
        )
        points = (places - 112) @ turn.T + [300, 260]
        picture = np.zeros((520, 600, 3), np.uint8)
        for k, (x, y) in enumerate(points):
            cv2.circle(picture, (round(x), round(y)), 7, (0, 50 * (k + 1), 0), -1)
        crop = FaceCrop(224, align=True)(picture, (0, 0, 9, 9), points=points)
        assert crop.shape == (224, 224, 3)
        for k, (x, y) in enumerate(places):
            found = crop[round(y) - 2 : round(y) + 3, round(x) - 2 : round(x) + 3, 1]
            assert abs(np.median(found) - 50 * (k + 1)) < 12


def test_without_points_or_without_align_the_box_is_cut_out():
    picture = np.random.default_rng(1).integers(0, 256, (90, 90, 3), dtype=np.uint8)
    box, points = (20, 20, 60, 60), np.arange(10.0).reshape(5, 2)
    plain = FaceCrop(32)(picture, box)
    np.testing.assert_array_equal(FaceCrop(32, align=True)(picture, box), plain)
    np.testing.assert_array_equal(FaceCrop(32)(picture, box, points=points), plain)


@pytest.mark.parametrize('value', [1, 'yes', None])
def test_align_is_a_switch(value):
    with pytest.raises(UsageError, match='video.crop.align='):
        FaceCrop(align=value)
