"""The files of a folder, and what is in them."""

CONFIG = 'config.json'
PREPROCESSING = 'preprocessor_config.json'
WEIGHTS = 'model.safetensors'
CARD = 'README.md'
FILES = (CONFIG, PREPROCESSING, WEIGHTS, CARD)
# A folder in it, if the texts of the classes need a tokenizer of their own.
TOKENIZER = 'tokenizer'
TOKENIZER_FILES = tuple(
    f'{TOKENIZER}/{name}.json'
    for name in ('tokenizer', 'tokenizer_config', 'special_tokens_map')
)
LIBRARY = 'tgdfer_mm'
FORMAT = 1  # goes up when an older version could not read what a newer one writes


class ModelFolderError(ValueError):
    """A folder that is no model's, or a model that cannot be a folder."""

    exit_code = 2  # of a command
