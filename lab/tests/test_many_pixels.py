import cv2
import numpy as np

from lab.many_pixels import as_large, black_png
from tgdfer_mm.video.picture_size import stated_size


def test_they_state_what_they_are_told_to():
    jpeg = cv2.imencode('.jpg', np.zeros((16, 16, 3), np.uint8))[1].tobytes()
    assert stated_size(as_large(jpeg, 16_000)) == (16_000, 16_000)
    assert stated_size(black_png(30, 20)) == (30, 20)


def test_the_png_can_be_read():
    data = np.frombuffer(black_png(30, 20), np.uint8)
    assert cv2.imdecode(data, cv2.IMREAD_COLOR).shape == (20, 30, 3)
