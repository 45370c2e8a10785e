"""Tokenizers of Hugging Face's hub, which SigLIP's and other text towers need."""

from collections.abc import Iterable
from typing import Any

from open_clip.tokenizer import get_clean_fn

from ...files import read_json
from ...hf_hub import PREFIX, HubFolder, LocalFolder, looks_like_a_repo, open_folder
from ..vision_language.open_clip_models import is_published
from ..vision_language.single_towers import text_config
from .tokens import CLIP_TOKENIZER, TextTokenizer

FILE = 'tokenizer.json'
_CLEANING = ('whitespace', 'lower', 'canonicalize')  # open_clip's


class TokenizerError(ValueError):
    """A tokenizer that is not there, or does not fit its text tower."""

    exit_code = 2  # of a command


class NoTokenizersPackageError(ImportError):
    """The package that reads them is not installed."""

    exit_code = 2


def find_tokenizer(
    arch: str | dict, given: str | TextTokenizer | None
) -> TextTokenizer:
    """What cuts the texts of an architecture.

    Args:
        arch: See :mod:`tgdfer_mm.models.vision_language.open_clip_models`.
        given: Folder of a tokenizer or its repository of the hub, a tokenizer, or
            None, which stands for the architecture's own folder or repository.

    Raises:
        TokenizerError: The architecture needs a folder and has none, or has one and
            needs none, or there is no tokenizer in it.
        HubError: The repository cannot be used.
        NoTokenizersPackageError: ``tokenizers`` is not installed.
    """
    if isinstance(given, TextTokenizer):
        return given
    config = text_config(arch)
    name = config.get('hf_tokenizer_name')
    if name and given is None and is_published(arch):
        given = arch
    if name and given is None:
        named = f'={PREFIX + name!r}, or' if looks_like_a_repo(name) else ''
        raise TokenizerError(
            f'arch={arch!r}: its texts are cut by the tokenizer {name!r} of Hugging '
            "Face's hub, and nothing is fetched from there unasked. Set tokenizer"
            f'{named} to a folder with its files.'
        )
    if given is None:
        return CLIP_TOKENIZER
    if not name:
        raise TokenizerError(
            f'tokenizer={given!r}: the texts of arch={arch!r} are cut by '
            f'{CLIP_TOKENIZER.source}. Leave tokenizer out.'
        )
    return read_tokenizer(given, config.get('tokenizer_kwargs') or {})


def read_tokenizer(source: str, options: dict[str, Any]) -> TextTokenizer:
    """Reads the files of a tokenizer, as ``transformers`` saves them.

    Args:
        source: A folder, or a repository of the hub (``hf-hub:org/name``). It has
            ``tokenizer.json``, and ``tokenizer_config.json`` or
            ``special_tokens_map.json``, of which one names the padding.
        options: ``tokenizer_kwargs`` of an open_clip model config: ``clean``, what is
            done to a text first, and ``strip_sep_token``.

    Raises:
        TokenizerError: A file is missing or damaged, or says what is not known here.
        HubError: The repository cannot be used.
        NoTokenizersPackageError: ``tokenizers`` is not installed.
    """
    try:
        from tokenizers import Tokenizer
    except ImportError as error:
        raise NoTokenizersPackageError(
            f'tokenizer={source!r}: reading it needs `pip install tokenizers` (the '
            'extra `tokenizers`).'
        ) from error
    unknown = sorted(options.keys() - {'clean', 'strip_sep_token'})
    cleaning = options.get('clean', 'whitespace')
    if unknown or cleaning not in _CLEANING:
        raise TokenizerError(
            f'text_cfg.tokenizer_kwargs={options}: known here are strip_sep_token and '
            f'clean, one of {", ".join(_CLEANING)}'
        )
    folder = open_folder(source)
    path = folder.find(FILE)
    if path is None:
        raise TokenizerError(
            f'tokenizer={source!r}: {folder} has no {FILE}. It has to be a folder with '
            "the files of a tokenizer of Hugging Face's hub, or a repository there."
        )
    try:
        model = Tokenizer.from_file(str(path))
    except Exception as error:  # the package raises nothing more special
        raise TokenizerError(f'{path}: it is no tokenizer: {error}') from error
    model.no_truncation()
    model.no_padding()
    facts = _facts(folder)
    if facts.get('padding_side', 'right') != 'right':
        raise TokenizerError(
            f'{folder}: padding_side={facts["padding_side"]!r}; texts are padded '
            'on the right here'
        )
    pad = _id(model, facts, 'pad_token', folder)
    start, end = _around(model, facts, folder)
    if options.get('strip_sep_token') and 'sep_token' in facts:  # [from CLIPA]
        sep = _id(model, facts, 'sep_token', folder)
        end = tuple(0 if each == sep else each for each in end)
    clean = get_clean_fn(cleaning)
    return TextTokenizer(
        encode=lambda text: model.encode(clean(text), add_special_tokens=False).ids,
        decode=lambda ids: model.decode(ids, skip_special_tokens=False),
        start=start,
        end=end,
        pad=pad,
        source=str(folder),
    )


def check_tokenizer(
    tokenizer: TextTokenizer, used: Iterable[int], arch: str | dict, words: int
) -> None:
    """Refuses a tokenizer that is not that of the text tower.

    Args:
        tokenizer: What cuts the texts.
        used: The ids that the texts use.
        arch: Whose tower it is.
        words: How many embeddings that has.

    Raises:
        TokenizerError: An id has no embedding, or the token whose place is read is not
            the one that ends the texts.
    """
    highest = max(used)
    if highest >= words:
        raise TokenizerError(
            f'{tokenizer.source}: a token of the texts is number {highest}, and the '
            f'text tower of arch={arch!r} has {words}: it is the tokenizer of another '
            'model'
        )
    config = text_config(arch)
    pool, end = config.get('pool_type', 'argmax'), tokenizer.end[:1]
    read = {'eos': config.get('eos_id', 2), 'argmax': highest}.get(pool)
    if read is not None and not config.get('embed_cls') and end != (read,):
        raise TokenizerError(
            f'{tokenizer.source}: it ends texts by token {[*end]}, and the text tower '
            f'of arch={arch!r} reads the place of token {read}: it is the tokenizer of '
            'another model'
        )


def _facts(folder: HubFolder | LocalFolder) -> dict[str, Any]:
    """What the files next to the vocabulary say, ``tokenizer_config.json`` first."""
    facts: dict[str, Any] = {}
    for name in ('special_tokens_map.json', 'tokenizer_config.json'):
        path = folder.find(name)
        if path is not None:
            facts |= read_json(path)
    return facts


def _id(model: Any, facts: dict[str, Any], role: str, folder: object) -> int:
    """The id of a special token."""
    token = facts.get(role)
    token = token.get('content') if isinstance(token, dict) else token
    number = model.token_to_id(token) if isinstance(token, str) else None
    if number is None:
        raise TokenizerError(
            f'{folder}: tokenizer_config.json has to name a {role} that {FILE} has, '
            f'not {token!r}'
        )
    return number


def _around(
    model: Any, facts: dict[str, Any], folder: object
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Ids before and after a text."""
    encoded = model.encode('a', add_special_tokens=True)
    special = [bool(each) for each in encoded.special_tokens_mask]
    if all(special):
        raise TokenizerError(f'{folder}: {FILE} has no token for "a"')
    first, last = special.index(False), special[::-1].index(False)
    start, end = encoded.ids[:first], encoded.ids[len(special) - last :]
    for role, ids in (('bos', start), ('eos', end)):
        flag = facts.get(f'add_{role}_token')
        if isinstance(flag, bool) and flag != bool(ids):
            # transformers 4 follows the config there, and 5 the vocabulary.
            raise TokenizerError(
                f'{folder}: tokenizer_config.json says add_{role}_token={flag}, and '
                f'{FILE} puts the tokens {start} before a text and {end} behind it. '
                'Save the tokenizer anew, so that both files agree.'
            )
    return tuple(start), tuple(end)
