"""Who tells which emotion a text is about, by name, registered or a config."""

from collections.abc import Sequence
from typing import Any, Protocol

from ...registry import RATIONALE_JUDGES, known_part


class Judge(Protocol):
    """Names the emotion that a text tells of.

    Attributes:
        name: Stands before every figure that rests on the judge.
    """

    name: str

    def judge(
        self, texts: Sequence[str], classes: Sequence[str]
    ) -> Sequence[int | None]:
        """The class of each text.

        Args:
            texts: N texts.
            classes: Names of the K classes.

        Returns:
            N indices of classes; None where the judge knows none.
        """


def build_judge(judge: str | dict | Judge) -> Judge:
    """A judge by its name, by a config with the name as ``type``, or as it is.

    Args:
        judge: E.g. ``rule``, or ``dict(type='text_tower', model=...)``.

    Raises:
        ValueError: There is no judge of this name; names those there are.
    """
    if isinstance(judge, str):
        judge = dict(type=judge)
    if not isinstance(judge, dict):
        return judge
    options: dict[str, Any] = dict(judge)
    return known_part(RATIONALE_JUDGES, options.pop('type', '?'))(**options)
