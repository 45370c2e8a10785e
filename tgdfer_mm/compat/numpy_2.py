"""Repairs mmaction2 1.2.0 where it uses features that NumPy 2 has removed.

Only the modules of mmaction2 that need it are changed: NumPy itself stays the same for
all other code in the process.
"""

from importlib import import_module
from types import ModuleType

import numpy as np

# The modules with names that NumPy 2 has removed.
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
        """NumPy 1's ``in1d``, which flattens `ar1`, unlike ``isin`` of NumPy 2."""
        return np.isin(np.ravel(ar1), ar2, **kwargs)

    @staticmethod
    def trapz(y, x=None, dx=1.0, axis=-1):
        """NumPy 1's ``trapz``, which NumPy 2 calls ``trapezoid``."""
        return np.trapezoid(y, x, dx, axis)


def repair_for_numpy_2() -> None:
    """Makes mmaction2 run with NumPy 2, which is newer than its last release."""
    if hasattr(np, 'trapz'):
        return
    for name in OUTDATED:
        import_module(name).np = NumpyWithOldNames('numpy')
    turn_hue_without_overflow()
    take_the_one_number_of_an_array()


def turn_hue_without_overflow() -> None:
    """Makes ``ColorJitter(hue=...)`` work for negative shifts, half of all clips.

    The transform adds the shift to hues of 8 bits. For a negative number, NumPy 1 used
    16 bits, but NumPy 2 raises OverflowError. (A positive shift overflowed in both: a
    hue near the end of the circle jumped to its start. This is corrected, too.)
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
    """Makes ``int(array)`` in the evaluation of MultiSports work for one-number arrays.

    NumPy 2.4 refuses this for arrays with a dimension.
    """
    from mmaction.evaluation.functional import multisports_utils

    def number(value) -> int:
        return int(value.item() if isinstance(value, np.ndarray) else value)

    multisports_utils.int = number
