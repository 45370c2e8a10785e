"""Repairs of mmengine's copies of data sets."""

from functools import wraps


def copy_data_sets_apart() -> None:
    """Makes mmengine's copies of a data set independent of each other.

    ``BaseDataset._copy_without_annotation(memo=dict())`` of mmengine 0.10.7 has one
    memory of copies for all calls, with the addresses of the originals as keys. A
    second ``get_subset`` finds the copies of the first one there or, if an address is
    used again, those of another data set.
    """
    from mmengine.dataset import BaseDataset

    copy = BaseDataset._copy_without_annotation
    if hasattr(copy, '__wrapped__') or copy.__defaults__ != ({},):
        return

    @wraps(copy)
    def wrapped(self, memo: dict | None = None) -> BaseDataset:
        return copy(self, {} if memo is None else memo)

    BaseDataset._copy_without_annotation = wrapped
