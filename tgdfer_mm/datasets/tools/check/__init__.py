"""Is a copy of a data set whole, which version is it, what will training see?"""

from .run import check_copy

__all__ = ['check_copy']
