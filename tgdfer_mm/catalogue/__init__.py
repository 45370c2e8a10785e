"""The models that can be used on a user's video, and the way to get each.

``models.json`` lists them. Nothing is fetched unless the user asks for it by name.
"""

from .entries import BAN, REAL_FACES, Entry, catalogue, close_to, find_entry
from .folders import default_model, local_file, model_folder, set_default_model

__all__ = [
    'BAN',
    'REAL_FACES',
    'Entry',
    'catalogue',
    'close_to',
    'default_model',
    'find_entry',
    'local_file',
    'model_folder',
    'set_default_model',
]
