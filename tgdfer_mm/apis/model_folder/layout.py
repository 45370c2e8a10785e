"""The files of a folder, and what is in them."""

CONFIG = 'config.json'
PREPROCESSING = 'preprocessor_config.json'
WEIGHTS = 'model.safetensors'
CARD = 'README.md'
FILES = (CONFIG, PREPROCESSING, WEIGHTS, CARD)
LIBRARY = 'tgdfer_mm'
FORMAT = 1  # goes up when an older version could not read what a newer one writes


class ModelFolderError(ValueError):
    """A folder that is no model's, or a model that cannot be a folder."""

    exit_code = 2  # of a command
