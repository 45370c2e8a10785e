"""Replies that think first: a rationale and an answer, each between its tags."""

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

_FORM = re.compile(
    r'\s*<think>(.*?)</think>\s*<answer>(.*?)</answer>\s*', re.DOTALL | re.IGNORECASE
)
_TAG = re.compile(r'</?(?:think|answer)>', re.IGNORECASE)

Completion = str | Sequence[Mapping[str, str]]


class Thought(NamedTuple):
    """A reply of the form, in parts."""

    rationale: str
    answer: str


def read_thought(completion: Completion) -> Thought | None:
    """The two parts of a reply; None if it is not of the form.

    The form is ``<think>RATIONALE</think> <answer>WORD</answer>``, each tag once, with
    text in both and nothing around them.

    Args:
        completion: A text, or the messages of a turn, of which the last one counts.

    Raises:
        TypeError: It is neither.
    """
    match = _FORM.fullmatch(text_of(completion))
    if match is None or any(_TAG.search(part) for part in match.groups()):
        return None
    rationale, answer = (part.strip() for part in match.groups())
    return Thought(rationale, answer) if rationale and answer else None


def text_of(completion: Completion) -> str:
    """The text of a completion, as a trainer gives it.

    Raises:
        TypeError: It is no text and no list of messages.
    """
    if isinstance(completion, str):
        return completion
    try:
        text = completion[-1]['content']
    except (TypeError, LookupError):
        text = None
    if not isinstance(text, str):
        raise TypeError(
            'a completion has to be a text or a list of messages with `content`, not '
            f'{completion!r:.80}'
        )
    return text
