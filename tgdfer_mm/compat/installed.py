"""Checks of installed packages: required ones, and conflicts."""

import importlib.util
import multiprocessing
import warnings
from importlib.metadata import PackageNotFoundError, version

# All of them install the one module `cv2`.
OPENCVS = (
    'opencv-python',
    'opencv-contrib-python',
    'opencv-python-headless',
    'opencv-contrib-python-headless',
)


def require_mmcv() -> None:
    """Raises an error with advice where mmaction2 would fail with a bare assert.

    mmaction2 does not declare mmcv, because two packages provide it, and asserts
    2.0.0rc4 <= mmcv < 2.2.0 (https://github.com/open-mmlab/mmaction2/issues/2852).

    Raises:
        ImportError: If mmcv is absent, or has a version that mmaction2 refuses.
    """
    wanted = (
        'mmaction2 1.2.0 needs mmcv>=2.1,<2.2 or mmcv-lite>=2.1,<2.2 (pure Python, '
        'enough for this package): pip install "tgdfer_mm[lite]"'
    )
    if importlib.util.find_spec('mmcv') is None:
        raise ImportError(f'No mmcv is installed. {wanted}')
    from mmcv import __version__ as found
    from mmengine.utils import digit_version

    if not digit_version('2.0.0rc4') <= digit_version(found) < digit_version('2.2.0'):
        raise ImportError(
            f'mmcv {found} is installed. {wanted} (after uninstalling mmcv {found})'
        )


def warn_of_two_opencvs() -> None:
    """Warns if two packages of different versions have installed one ``cv2``.

    mmengine requires opencv-python and mmaction2 opencv-contrib-python. The files of
    one overwrite those of the other, and with two versions neither is complete.
    Processes that a command starts do not warn again.
    """
    if multiprocessing.parent_process() is not None:
        return
    found = {}
    for name in OPENCVS:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    if len(set(found.values())) > 1:
        listed = ' and '.join(f'{name} {number}' for name, number in found.items())
        warnings.warn(
            f'{listed} are installed over one another: both are the module cv2, which '
            'is now a mixture of two versions. Leave one of them: '
            '`pip uninstall -y opencv-python opencv-contrib-python`, '
            'then `pip install opencv-contrib-python`.',
            stacklevel=2,
        )
