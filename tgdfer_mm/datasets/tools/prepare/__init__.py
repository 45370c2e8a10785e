"""From the authors' archives to a tree that the data set classes read."""

from .archives import ArchiveError
from .password import Password
from .unpack import unpack

__all__ = ['ArchiveError', 'Password', 'unpack']
