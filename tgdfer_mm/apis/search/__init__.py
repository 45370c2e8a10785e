"""Finds moments of videos by words, in features of frames that are kept on disk."""

from .library import VideoLibrary
from .moments import Moment, find_moments
from .queries import Query, read_queries

__all__ = ['Moment', 'Query', 'VideoLibrary', 'find_moments', 'read_queries']
