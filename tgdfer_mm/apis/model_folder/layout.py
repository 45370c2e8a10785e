"""Names and format number of the files in a model's folder."""

CONFIG = 'config.json'
PREPROCESSING = 'preprocessor_config.json'
WEIGHTS = 'model.safetensors'
CARD = 'README.md'
FILES = (CONFIG, PREPROCESSING, WEIGHTS, CARD)
# A folder inside, if the texts of the classes need their own tokenizer.
TOKENIZER = 'tokenizer'
TOKENIZER_FILES = tuple(
    f'{TOKENIZER}/{name}.json'
    for name in ('tokenizer', 'tokenizer_config', 'special_tokens_map')
)
LIBRARY = 'tgdfer_mm'
FORMAT = 1  # goes up if an older version cannot read the files of a newer one


class ModelFolderError(ValueError):
    """A folder that is not a model, or a model that cannot be saved as one."""

    exit_code = 2  # of a command
