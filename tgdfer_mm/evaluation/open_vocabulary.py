"""Emotions in any words: precision and recall of sets, as in MER2024 and MER2025.

A clip has the true set Y and the named set N; words with the same meaning are grouped
first. Its precision is |Y and N| / |N|, recall |Y and N| / |Y| [from arXiv 2404.17113].
Both are means over the clips that have a true word. A clip without a named word gets 0
in both [from MERTools]. MER2024 takes the mean of the two, MER2025 their harmonic mean
[from arXiv 2504.19423].
"""

import re
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from pathlib import Path
from unicodedata import category

from ..files import DamagedFileError, parse_json, read_json
from ..labels.expression_names import same_expression
from ..labels.replies import plain_word, without_fence

Group = Callable[[str], str | None]

_LONGEST = 3  # largest number of words in a name, such as "not at ease"
_WORDS = Path(__file__).with_name('open_words.json')


def known_group(word: str) -> str | None:
    """The group of a word in ``open_words.json``; None if it is not there."""
    return _look_up(word, _shipped())


def own_group(word: str) -> str:
    """The group of a word; an unknown word is a group of its own [choice].

    So an unknown word lowers the precision. MERTools leaves such words out, as
    :func:`known_group` does.
    """
    return known_group(word) or plain_word(word)


def read_groups(path: str | Path) -> Group:
    """Like :func:`own_group`, with a file in the form of ``open_words.json``.

    Raises:
        DamagedFileError: The file has another form, or a word is in two groups. The
            message names the word.
    """
    table = _read_table(Path(path))
    return lambda word: _look_up(word, table) or plain_word(word)


def read_words(reply: str | None) -> list[str] | None:
    """The words of a reply: a list with commas, or JSON of one.

    Args:
        reply: ``'sad, lonely'``, ``'["sad", "lonely"]'`` or
            ``'{"emotions": ["sad", "lonely"]}'``.

    Returns:
        The words; None if the reply is anything else, such as a sentence.
    """
    text = without_fence(reply or '')
    if text[:1] in ('[', '{'):
        try:
            words = parse_json(text)
        except ValueError:
            return None
        if isinstance(words, dict):
            words = words['emotions'] if set(words) == {'emotions'} else None
        if not isinstance(words, list) or not all(isinstance(w, str) for w in words):
            return None
    else:
        words = re.split('[,，、]', text.rstrip('.'))  # noqa: RUF001
    words = [plain_word(word) for word in words]
    return words if words and all(map(_is_word, words)) else None


def set_scores(
    truth: Mapping[str, Iterable[str]],
    named: Mapping[str, Iterable[str] | None],
    group: Group = own_group,
) -> dict:
    """Precision and recall of sets, in percent.

    Args:
        truth: The true words of each clip of the annotation file.
        named: The words of the replies; None for a reply that was not parsed. A clip
            that is not here was not answered, and counts as a reply without words.
        group: Function that gives words with the same meaning the same name. If it
            returns None, the word is left out. A model's text tower may be such a
            function.

    Returns:
        `precision`, `recall`, `mean` (MER2024), `F` (MER2025), `num_clips` (clips that
        have a true word), `without_truth` and `unparsed` (numbers of clips).

    Raises:
        ValueError: No clip has a true word, or a reply is about a clip that is not
            in the file.
    """
    unknown = sorted(set(named) - set(truth))
    if unknown:
        raise ValueError(
            f'a reply is about the clip {unknown[0]!r}, which the annotation file '
            'does not have'
        )
    precisions, recalls = [], []
    for clip, words in truth.items():
        wanted = _grouped(words, group)
        if not wanted:
            continue
        found = _grouped(named.get(clip) or (), group)
        both = len(wanted & found)
        precisions.append(both / len(found) if found else 0.0)
        recalls.append(both / len(wanted))
    if not precisions:
        raise ValueError('no clip has a true word: give an annotation file with words')
    precision, recall = (100 * sum(v) / len(v) for v in (precisions, recalls))
    total = precision + recall
    return dict(
        precision=precision,
        recall=recall,
        mean=total / 2,
        F=2 * precision * recall / total if total else 0.0,
        num_clips=len(precisions),
        without_truth=len(truth) - len(precisions),
        unparsed=sum(words is None for words in named.values()),
    )


def _is_word(word: str) -> bool:
    letters = re.sub(r"[ '’-]", '', word)  # with combining marks, as in Hindi
    plain = all(c.isalpha() or category(c)[0] == 'M' for c in letters)
    return bool(letters) and plain and len(word.split()) <= _LONGEST


def _grouped(words: Iterable[str], group: Group) -> set[str]:
    return {name for word in words if (name := group(word))}


@cache
def _shipped() -> dict[str, str]:
    return _read_table(_WORDS)


def _look_up(word: str, table: Mapping[str, str]) -> str | None:
    word = plain_word(word)
    return table.get(word) or table.get(same_expression(word))


def _read_table(path: Path) -> dict[str, str]:
    groups = read_json(path, 'groups')['groups']
    if not isinstance(groups, dict) or not all(
        isinstance(words, list) and all(isinstance(word, str) for word in words)
        for words in groups.values()
    ):
        raise DamagedFileError(f"{path}: 'groups' must be an object of lists of words.")
    table: dict[str, str] = {}
    for name, words in groups.items():
        for word in {plain_word(each) for each in (name, *words)}:
            if table.setdefault(word, name) != name:
                raise DamagedFileError(
                    f'{path}: the word {word!r} is in two groups, {table[word]!r} and '
                    f'{name!r}.'
                )
    return table
