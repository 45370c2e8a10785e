"""Tokenizers of the Hugging Face hub, which SigLIP and other text towers need."""

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
    """A tokenizer is missing, or does not fit its text tower."""

    exit_code = 2  # of a command


class NoTokenizersPackageError(ImportError):
    """The package tokenizers is not installed."""

    exit_code = 2


def find_tokenizer(
    arch: str | dict, given: str | TextTokenizer | None
) -> TextTokenizer:
    """The tokenizer of an architecture.

    Args:
        arch: See :mod:`tgdfer_mm.models.vision_language.open_clip_models`.
        given: A tokenizer, its folder, its repository on the hub, or None for the
            architecture's own folder or repository.

    Raises:
        TokenizerError: If the architecture needs a folder and none is given, or needs
            none and one is given, or there is no tokenizer in the folder.
        HubError: If the repository cannot be used.
        NoTokenizersPackageError: If ``tokenizers`` is not installed.
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
            f'arch={arch!r}: it needs the tokenizer {name!r} of the Hugging Face '
            'hub, and nothing is fetched from there by itself. Set tokenizer'
            f'{named} to a folder with its files.'
        )
    if given is None:
        return CLIP_TOKENIZER
    if not name:
        raise TokenizerError(
            f'tokenizer={given!r}: arch={arch!r} uses {CLIP_TOKENIZER.source}. Leave '
            'tokenizer out.'
        )
    return read_tokenizer(given, config.get('tokenizer_kwargs') or {})


def read_tokenizer(source: str, options: dict[str, Any]) -> TextTokenizer:
    """Reads a tokenizer from the files that ``transformers`` saves.

    Args:
        source: A folder, or a repository on the hub (``hf-hub:org/name``). It must have
            ``tokenizer.json``, and ``tokenizer_config.json`` or
            ``special_tokens_map.json``; one of the last two must name the padding
            token.
        options: ``tokenizer_kwargs`` of an open_clip model config: ``clean``, the
            cleaning of a text, and ``strip_sep_token``.

    Raises:
        TokenizerError: If a file is missing or damaged, or has a setting that is not
            known here.
        HubError: If the repository cannot be used.
        NoTokenizersPackageError: If ``tokenizers`` is not installed.
    """
    try:
        from tokenizers import Tokenizer
    except ImportError as error:
        raise NoTokenizersPackageError(
            f'tokenizer={source!r}: the package tokenizers is missing; run `pip '
            'install tokenizers` (or install the extra `tokenizers`).'
        ) from error
    unknown = sorted(options.keys() - {'clean', 'strip_sep_token'})
    cleaning = options.get('clean', 'whitespace')
    if unknown or cleaning not in _CLEANING:
        raise TokenizerError(
            f'text_cfg.tokenizer_kwargs={options}: only strip_sep_token and clean are '
            f'known here, and clean must be one of {", ".join(_CLEANING)}'
        )
    folder = open_folder(source)
    path = folder.find(FILE)
    if path is None:
        raise TokenizerError(
            f'tokenizer={source!r}: {folder} has no {FILE}. Name a folder with the '
            'files of a tokenizer of the Hugging Face hub, or a repository there.'
        )
    try:
        model = Tokenizer.from_file(str(path))
    except Exception as error:  # the package raises no narrower exception
        raise TokenizerError(
            f'{path} is not a tokenizer ({error}); fetch the file again'
        ) from error
    model.no_truncation()
    model.no_padding()
    facts = _facts(folder)
    if facts.get('padding_side', 'right') != 'right':
        raise TokenizerError(
            f'{folder}: padding_side={facts["padding_side"]!r}; only padding on the '
            'right is possible here'
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
    """Refuses a tokenizer that does not belong to the text tower.

    Args:
        tokenizer: The tokenizer.
        used: The token ids of the texts.
        arch: Architecture of the tower.
        words: Number of embeddings of the tower.

    Raises:
        TokenizerError: If an id has no embedding, or texts do not end in the token that
            the tower reads.
    """
    highest = max(used)
    if highest >= words:
        raise TokenizerError(
            f'{tokenizer.source}: a token of the texts has the id {highest}, but the '
            f'text tower of arch={arch!r} has {words} embeddings: this is the '
            'tokenizer of another model; name the right one'
        )
    config = text_config(arch)
    pool, end = config.get('pool_type', 'argmax'), tokenizer.end[:1]
    read = {'eos': config.get('eos_id', 2), 'argmax': highest}.get(pool)
    if read is not None and not config.get('embed_cls') and end != (read,):
        raise TokenizerError(
            f'{tokenizer.source}: texts end in the token {[*end]}, but the text tower '
            f'of arch={arch!r} reads the place of token {read}: this is the tokenizer '
            'of another model; name the right one'
        )


def _facts(folder: HubFolder | LocalFolder) -> dict[str, Any]:
    """The settings next to the vocabulary, ``tokenizer_config.json`` first."""
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
        raise TokenizerError(
            f'{folder}: {FILE} has no token for "a"; fetch the files again'
        )
    first, last = special.index(False), special[::-1].index(False)
    start, end = encoded.ids[:first], encoded.ids[len(special) - last :]
    for role, ids in (('bos', start), ('eos', end)):
        flag = facts.get(f'add_{role}_token')
        if isinstance(flag, bool) and flag != bool(ids):
            # transformers 4 follows the config here, and 5 the vocabulary.
            raise TokenizerError(
                f'{folder}: tokenizer_config.json says add_{role}_token={flag}, and '
                f'{FILE} puts the tokens {start} before a text and {end} after it. '
                'Save the tokenizer again, so that both files agree.'
            )
    return tuple(start), tuple(end)
