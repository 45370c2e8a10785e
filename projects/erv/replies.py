"""Replies with a rationale and then an answer, each between its tags."""

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

_FORM = re.compile(
    r'\s*<think>(.*?)</think>\s*<answer>(.*?)</answer>\s*', re.DOTALL | re.IGNORECASE
)
_TAG = re.compile(r'</?(?:think|answer)>', re.IGNORECASE)

Completion = str | Sequence[Mapping[str, str]]


class Thought(NamedTuple):
    """The two parts of a reply that has the form."""

    rationale: str
    answer: str


def read_thought(completion: Completion) -> Thought | None:
    """The two parts of a reply; None if it does not have the form.

    The form is ``<think>RATIONALE</think> <answer>WORD</answer>``, each tag once, with
    text in both and nothing around them.

    Args:
        completion: A text, or a list of messages, of which the last one counts.

    Raises:
        TypeError: The completion is neither of them.
    """
    match = _FORM.fullmatch(text_of(completion))
    if match is None or any(_TAG.search(part) for part in match.groups()):
        return None
    rationale, answer = (part.strip() for part in match.groups())
    return Thought(rationale, answer) if rationale and answer else None


def text_of(completion: Completion) -> str:
    """The text of a completion, as a trainer gives it.

    Raises:
        TypeError: The completion is neither a text nor a list of messages.
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
