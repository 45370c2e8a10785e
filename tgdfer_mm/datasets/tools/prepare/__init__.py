"""From the authors' archives to a tree that the data set classes read."""

from .limits import ArchiveError, Limits
from .password import Password
from .unpack import unpack

__all__ = ['ArchiveError', 'Limits', 'Password', 'unpack']
