"""Parts of a data set that share nothing with each other."""

from functools import wraps


def copy_data_sets_apart() -> None:
    """Gives each copy that mmengine makes of a data set parts of its own.

    ``BaseDataset._copy_without_annotation(memo=dict())`` of mmengine 0.10.7 has one
    memory of what is copied for all calls, by the addresses of the originals. A second
    ``get_subset`` finds the first one's copies there, and, once an address is used
    again, those of another data set.
    """
    from mmengine.dataset import BaseDataset

    copy = BaseDataset._copy_without_annotation
    if hasattr(copy, '__wrapped__') or copy.__defaults__ != ({},):
        return

    @wraps(copy)
    def wrapped(self, memo: dict | None = None) -> BaseDataset:
        return copy(self, {} if memo is None else memo)

    BaseDataset._copy_without_annotation = wrapped
