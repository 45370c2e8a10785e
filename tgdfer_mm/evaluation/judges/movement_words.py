"""The action units that a text names, found by phrases of the lexicon."""

import itertools
import re
from functools import cache

from ...movements.lexicon import load_lexicon
from ...synth.sentences import vocabulary

# Activation for each adverb [choice]; without an adverb it is PLAIN.
STRENGTHS = {'weak': 0.35, 'medium': 0.6, 'moderate': 0.6, 'strong': 1.0}
PLAIN = 0.8
_SILENT = {'a', 'an', 'the', 'is', 'are', 'was', 'were', 'his', 'her', 'their'}
_NOT = {'no', 'not', 'without', 'never'}
_UNIT = re.compile(r'\bau ?0*(\d+)\b')

Phrase = tuple[str, ...]


def read_units(text: str) -> dict[str, float] | None:
    """The action units that a text names, with their strength.

    It finds complete phrases of the lexicon and of the sentences of drawn faces;
    articles and forms of "to be" between the words are ignored. It also finds units by
    their number (``AU12``). After ``no``, ``not`` or ``without`` a phrase does not
    count. Other words are ignored.

    Args:
        text: The text, in upper or lower case.

    Returns:
        Unit -> activation 0..1, empty if the text describes a face at rest. None if it
        names no movement and no face at rest.
    """
    words = _words(text)
    table, longest = _phrases()
    found: dict[str, float] | None = None
    place = 0
    while place < len(words):
        taken = 1
        for length in range(min(longest, len(words) - place), 0, -1):
            known = table.get(words[place : place + length]) or _by_number(
                words[place : place + length]
            )
            if known is None:
                continue
            taken = length
            if place and words[place - 1] in _NOT:
                break
            units, strength = known
            found = found or {}
            for unit in units:
                found[unit] = max(found.get(unit, 0.0), strength)
            break
        place += taken
    return found


def _words(text: str) -> Phrase:
    text = _UNIT.sub(r'au\1', text.casefold())
    words = re.findall(r"[^\W_]+(?:'[^\W_]+)?", text)
    return tuple(word for word in words if word not in _SILENT)


def _by_number(words: Phrase) -> tuple[tuple[str, ...], float] | None:
    if len(words) == 1 and _UNIT.fullmatch(words[0]):
        return (words[0].upper(),), PLAIN
    return None


@cache
def _phrases() -> tuple[dict[Phrase, tuple[tuple[str, ...], float]], int]:
    """Each phrase with each adverb, and the largest number of words in a phrase.

    The phrases are those of the drawn faces' sentences and those of the lexicon.
    """
    known = vocabulary()
    adverbs = [('', PLAIN)]
    for level, words in known['adverbs'].items():
        adverbs += [(f'{word} ', STRENGTHS[level]) for word in words]
    table = {}
    for movements in known['regions'].values():
        for each, (adverb, strength) in itertools.product(movements, adverbs):
            for phrase in each['phrases']:
                table[_words(phrase.format(adverb))] = tuple(each['needs']), strength
    lexicon = load_lexicon()
    table[_words(lexicon.rest)] = (), 0.0
    for unit, words in lexicon.units.items():
        for level, phrase in words.phrases.items():
            # In the sentences of drawn faces closed eyes are a blink.
            table.setdefault(_words(phrase), ((unit,), STRENGTHS[level]))
    return table, max(map(len, table))
