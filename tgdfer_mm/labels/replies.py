"""Reads the replies of a language model, so that no wording gets an advantage.

A reply counts if it is only one class name, or a JSON object with one. All other
replies are *unparsed*: they are counted apart, and as wrong. If the true word could be
anywhere in a reply, a reply that lists all classes would always be right.
"""

import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from ..files import parse_json
from .expression_names import same_expression

# Reasons, in words, for which a reply counts as wrong without a class.
PROBLEMS = {
    'unanswered': 'there is no reply',
    'cut_off': 'the reply was cut off by the limit of tokens',
    'empty': 'the reply is empty',
    'unparsed': 'the reply is neither one word nor a JSON object with "emotion"',
    'no_class': 'the reply names no class',
    'skipped_id': 'the reply names no person',
    'other_id': 'the reply is about another person of the picture',
    'invented_id': 'the reply is about a person who is not in the picture',
}
_FENCE = re.compile(r'```(?:json)?\s*\n(.*)\n\s*```', re.DOTALL)
_AROUND = ' \t\r\n.!"\'`*_,;:'  # marks that may stand around a word


@dataclass(frozen=True)
class Reading:
    """A reply that was read.

    Attributes:
        label: Index of the class, None if the reply counts as unparsed.
        problem: Key of ``PROBLEMS``, None if there is a label.
    """

    label: int | None
    problem: str | None = None

    @property
    def words(self) -> str | None:
        """The problem in words."""
        return None if self.problem is None else PROBLEMS[self.problem]


class ReplyReader:
    """Reads replies to the question which of some classes it is.

    Case, Unicode forms, white space and marks around a word do not matter, nor a fence
    of Markdown around the whole reply [choice].

    Args:
        classes: The K class names.
        synonyms: Other names of a class, e.g. ``{'happy': ['cheerful']}``. Those of
            ``expression_names.json`` are known; the class names come first.

    Raises:
        ValueError: The synonyms are of no class, or one stands for two classes.
    """

    def __init__(
        self,
        classes: Sequence[str],
        synonyms: Mapping[str, Iterable[str]] | None = None,
    ) -> None:
        self.classes = tuple(classes)
        self._own = {plain_word(name): i for i, name in enumerate(self.classes)}
        shared = [same_expression(name) for name in self.classes]
        # Two classes with one expression, such as two kinds of anger: exact names only.
        self._shared = {
            name: i for i, name in enumerate(shared) if shared.count(name) == 1
        }
        for name, words in (synonyms or {}).items():
            if name not in self.classes:
                raise ValueError(
                    f'synonyms of {name!r}, which is no class; the classes are '
                    f'{list(self.classes)}'
                )
            for word in map(plain_word, words):
                index = self.classes.index(name)
                if self._own.setdefault(word, index) != index:
                    raise ValueError(
                        f'the synonym {word!r} stands for two classes: {name!r} and '
                        f'{self.classes[self._own[word]]!r}'
                    )

    def read(
        self,
        reply: str | None,
        person: int | None = None,
        people: Collection[int] = (),
        cut_off: bool = False,
    ) -> Reading:
        """Reads one reply.

        Args:
            reply: The text; None if there is none.
            person: Number of the person who was asked about. The reply then has to be
                a JSON object with that number as ``person``; None lets it be a word.
            people: Numbers of all people in the picture.
            cut_off: Whether the model stopped at its limit of tokens. Such a reply is
                always unparsed.
        """
        if reply is None:
            return Reading(None, 'unanswered')
        if cut_off:
            return Reading(None, 'cut_off')
        text = without_fence(reply)
        if not text:
            return Reading(None, 'empty')
        if text.startswith('{'):
            return self._read_object(text, person, people)
        if person is not None:
            return Reading(None, 'skipped_id' if self._known(text) else 'unparsed')
        return self._class_of(text)

    def _read_object(
        self, text: str, person: int | None, people: Collection[int]
    ) -> Reading:
        try:
            found = parse_json(text, object_pairs_hook=_without_repeats)
        except ValueError:
            return Reading(None, 'unparsed')
        if set(found) - {'emotion', 'person'} or not isinstance(
            found.get('emotion'), str
        ):
            return Reading(None, 'unparsed')
        if person is not None:
            said = found.get('person')
            if said is None:
                return Reading(None, 'skipped_id')
            if type(said) is not int:
                return Reading(None, 'unparsed')
            if said != person:
                return Reading(None, 'other_id' if said in people else 'invented_id')
        return self._class_of(found['emotion'])

    def _class_of(self, text: str) -> Reading:
        label = self._known(text)
        if label is not None:
            return Reading(label)
        one_word = len(plain_word(text).split()) == 1
        return Reading(None, 'no_class' if one_word else 'unparsed')

    def _known(self, text: str) -> int | None:
        word = plain_word(text)
        label = self._own.get(word)
        return self._shared.get(same_expression(word)) if label is None else label


def without_fence(text: str) -> str:
    """A reply without white space and a fence of Markdown around it."""
    text = text.strip()
    fenced = _FENCE.fullmatch(text)
    return fenced[1].strip() if fenced else text


def plain_word(text: str) -> str:
    """A word for comparing: without case and marks around it, with single spaces."""
    text = unicodedata.normalize('NFKC', text).casefold().replace('_', ' ')
    return ' '.join(text.strip(_AROUND).split())


def _without_repeats(pairs: list[tuple]) -> dict:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError('a key stands twice')
    return found
