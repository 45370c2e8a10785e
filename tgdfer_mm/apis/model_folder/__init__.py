"""A trained model as a folder: weights, config, preprocessing, card; the hub's form."""

from .reading import FolderModel, is_model_folder, read_folder

__all__ = ['FolderModel', 'is_model_folder', 'read_folder']
