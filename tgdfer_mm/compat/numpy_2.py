"""What mmaction2 1.2.0 does with NumPy that NumPy 2 no longer does.

Only the modules of mmaction2 that need it are touched: NumPy itself stays as it is for
all other code in the process.
"""

from importlib import import_module
from types import ModuleType

import numpy as np

# The modules with names that NumPy 2 has dropped.
OUTDATED = (
    'mmaction.datasets.transforms.pose_transforms',
    'mmaction.evaluation.functional.accuracy',
    'mmaction.evaluation.metrics.multimodal_metric',
    'mmaction.utils.misc',
)


class NumpyWithOldNames(ModuleType):
    """NumPy, with the names of NumPy 1 that mmaction2 uses."""

    Inf = np.inf

    def __getattr__(self, name: str) -> object:
        return getattr(np, name)

    @staticmethod
    def in1d(ar1, ar2, **kwargs) -> np.ndarray:
        """What NumPy 2 calls ``isin``, which keeps the shape of `ar1`."""
        return np.isin(np.ravel(ar1), ar2, **kwargs)

    @staticmethod
    def trapz(y, x=None, dx=1.0, axis=-1):
        """What NumPy 2 calls ``trapezoid``."""
        return np.trapezoid(y, x, dx, axis)


def repair_for_numpy_2() -> None:
    """Lets mmaction2 run with NumPy 2, which came after its last release."""
    if hasattr(np, 'trapz'):
        return
    for name in OUTDATED:
        import_module(name).np = NumpyWithOldNames('numpy')
    turn_hue_without_overflow()
    take_the_one_number_of_an_array()


def turn_hue_without_overflow() -> None:
    """Makes ``ColorJitter(hue=...)`` work for a negative turn, half of all clips.

    It adds the turn to hues of 8 bits. NumPy 1 took 16 bits for a negative number,
    NumPy 2 raises OverflowError. (A positive one overflowed in both: a hue near the
    end of the circle jumped to its start. That is put right as well.)
    """
    import cv2
    from mmaction.datasets.transforms import ColorJitter

    def adjust_hue(img: np.ndarray, factor: float) -> np.ndarray:
        hsv = cv2.cvtColor(np.clip(img, 0, 255).astype(np.uint8), cv2.COLOR_RGB2HSV)
        hue = hsv[..., 0].astype(np.int16) + int(factor * 255)
        hsv[..., 0] = hue % 180  # OpenCV's circle
        return cv2.cvtColor(hsv, cv2.COLOR_HSV2RGB).astype(np.float32)

    ColorJitter.adjust_hue = staticmethod(adjust_hue)


def take_the_one_number_of_an_array() -> None:
    """Lets MultiSports' evaluation write ``int(array)`` for an array of one number.

    NumPy 2.4 refuses that for arrays that have a dimension.
    """
    from mmaction.evaluation.functional import multisports_utils

    def number(value) -> int:
        return int(value.item() if isinstance(value, np.ndarray) else value)

    multisports_utils.int = number
