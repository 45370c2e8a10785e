"""Unpacks the authors' archives into the folders that the data set classes read."""

from .limits import ArchiveError, Limits
from .password import Password
from .unpack import unpack

__all__ = ['ArchiveError', 'Limits', 'Password', 'unpack']
