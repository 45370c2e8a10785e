"""Work-arounds for upstream packages; there are none in other places.

mmaction2 has had no release since 2023 and mmengine's fixes are unreleased, so their
faults are repaired here when the package is imported. Each repair is one function. Its
docstring names the fault and, if there is one, the upstream issue; it does nothing if
it is not needed. docs/compatibility.md has the limits of these repairs.
"""

from .data_sets import copy_data_sets_apart
from .installed import require_mmcv, warn_of_two_opencvs
from .lazy_bases import find_bases_in_packages
from .messages import (
    silence_deprecations_of_mmengine,
    silence_missing_operator,
    without_old_names_of_timm,
)
from .numpy_2 import repair_for_numpy_2
from .optional_packages import failing_means_absent, import_upstream
from .shipped_bases import find_shipped_bases
from .videos import name_damaged_videos
from .wheel_of_mmaction import stub_missing_drn
from .without_cuda import allow_ddp_without_cuda, allow_distributed_without_cuda


def apply() -> None:
    """Applies every work-around that is still needed.

    Raises:
        ImportError: If mmcv is absent, or has a version that mmaction2 refuses.
    """
    warn_of_two_opencvs()
    silence_missing_operator()
    stub_missing_drn()
    with failing_means_absent(), without_old_names_of_timm():
        require_mmcv()
        import_upstream()
    silence_deprecations_of_mmengine()
    allow_distributed_without_cuda()
    allow_ddp_without_cuda()
    copy_data_sets_apart()
    repair_for_numpy_2()
    name_damaged_videos()
    find_shipped_bases()
    find_bases_in_packages()
