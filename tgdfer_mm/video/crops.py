"""The crop of a face that the model gets, cut as in the model's data set."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

import cv2
import numpy as np

from .checks import Number, check_numbers
from .errors import UsageError

_NUMBERS = dict(
    size=Number(least=1, most=4096, whole=True),
    margin=Number(above=-0.5, most=10),
)
_SHIFT = Number(least=-10, most=10)
# Places of the five points of an aligned face in a picture of 112 pixels. Face models
# are trained with these places since ArcFace; OpenCV's model is one of them.
_PLACES = np.array(
    [
        *([38.2946, 51.6963], [73.5318, 51.5014], [56.0252, 71.7366]),
        *([41.5493, 92.3655], [70.7299, 92.2041]),
    ]
)


@dataclass(frozen=True)
class FaceCrop:
    """The rule that turns a detector's box into a crop.

    A wrong crop costs 10 to 25 points, so the crop belongs to the model: a config
    states it in ``video.crop``, for the boxes of the default detector. Outside the
    picture the pixels of its edge are repeated [choice].

    Attributes:
        size: Width and height of the crop, pixels.
        margin: Width that is added on each side, as a share of the box's longer side.
        shift: Move of the crop's centre (right, down), as a share of that side.
        align: Whether the face is turned and scaled so that its five points lie in the
            places of an aligned face. Margin and shift then apply only to faces without
            points.
    """

    size: int = 224
    margin: float = 0.25
    shift: tuple[float, float] = (0.0, -0.1)
    align: bool = False

    def __post_init__(self) -> None:
        check_numbers(self, 'video.crop.', _NUMBERS)
        try:
            right, down = self.shift
        except (TypeError, ValueError) as err:
            raise UsageError(
                f'video.crop.shift={self.shift!r} must be two numbers'
            ) from err
        shift = (  # a config gives a list
            _SHIFT.check('video.crop.shift[0]', right),
            _SHIFT.check('video.crop.shift[1]', down),
        )
        object.__setattr__(self, 'shift', shift)
        if not isinstance(self.align, bool):
            raise UsageError(f'video.crop.align={self.align!r} must be True or False')

    def asdict(self) -> dict:
        """As plain data."""
        return asdict(self) | dict(shift=list(self.shift))

    def __call__(
        self,
        picture: np.ndarray,
        box: Sequence[float],
        cropped: bool = False,
        points: np.ndarray | None = None,
    ) -> np.ndarray:
        """Cuts the crop out.

        Args:
            picture: (h, w, 3) uint8.
            box: (x1, y1, x2, y2) in its pixels.
            cropped: Whether the picture is a crop already, which is only scaled.
            points: Points of the face, (5, 2), see
                :class:`~tgdfer_mm.video.faces.Face`.

        Returns:
            (size, size, 3) uint8.
        """
        if self.align and points is not None and not cropped:
            return self._aligned(picture, points)
        if not cropped:
            picture = self._cut(picture, box)
        if picture.shape[:2] == (self.size, self.size):
            return picture
        shrinks = min(picture.shape[:2]) > self.size
        return cv2.resize(
            picture,
            (self.size, self.size),
            interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR,
        )

    def _aligned(self, picture: np.ndarray, points: np.ndarray) -> np.ndarray:
        turn = _similarity(points, _PLACES * (self.size / 112))
        scale = float(np.hypot(*turn[:, 0]))
        if scale < 1:  # shrunk first, so that every pixel counts
            height, width = picture.shape[:2]
            size = max(1, round(width * scale)), max(1, round(height * scale))
            picture = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
            points = points * [size[0] / width, size[1] / height]
            turn = _similarity(points, _PLACES * (self.size / 112))
        side = (self.size, self.size)
        return cv2.warpAffine(picture, turn, side, borderMode=cv2.BORDER_REPLICATE)

    def _cut(self, picture: np.ndarray, box: Sequence[float]) -> np.ndarray:
        x1, y1, x2, y2 = box
        longer = max(x2 - x1, y2 - y1)
        side = max(2, round(longer * (1 + 2 * self.margin)))
        left = round((x1 + x2) / 2 + self.shift[0] * longer - side / 2)
        top = round((y1 + y2) / 2 + self.shift[1] * longer - side / 2)
        height, width = picture.shape[:2]
        rows, above, below = _inside(top, side, height)
        columns, before, behind = _inside(left, side, width)
        crop = picture[rows, columns]
        if not any((above, below, before, behind)):
            return crop
        edge = cv2.BORDER_REPLICATE
        return cv2.copyMakeBorder(crop, above, below, before, behind, edge)


def _similarity(points: np.ndarray, places: np.ndarray) -> np.ndarray:
    """The turn, scale and shift (2, 3) that bring points nearest to places."""
    x, y = np.asarray(points, float).T
    one, none = np.ones_like(x), np.zeros_like(x)
    rows = np.concatenate(
        [np.stack([x, -y, one, none], 1), np.stack([y, x, none, one], 1)]
    )
    a, b, right, down = np.linalg.lstsq(rows, places.T.ravel(), rcond=None)[0]
    return np.array([[a, -b, right], [b, a, down]])


def _inside(start: int, length: int, size: int) -> tuple[slice, int, int]:
    """The part of a span inside 0 to `size`, and the pixels missing on either side.

    For a span that lies completely outside, the part is the outermost pixel.
    """
    lacking = min(max(0, -start), length - 1)
    first = min(max(0, start), size - 1)
    last = max(min(start + length, size), first + 1)
    return slice(first, last), lacking, length - lacking - (last - first)
