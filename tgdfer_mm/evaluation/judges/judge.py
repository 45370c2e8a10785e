"""The interface of judges, and how one is chosen by a name or a config."""

from collections.abc import Sequence
from typing import Any, Protocol

from ...registry import RATIONALE_JUDGES, known_part


class Judge(Protocol):
    """Base of judges: names the emotion of a text.

    Attributes:
        name: Its name, which is put before every figure from this judge.
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
            N indices of classes; None if the judge finds no class.
        """


def build_judge(judge: str | dict | Judge) -> Judge:
    """A judge from its name, or from a config with ``type``; a judge is returned.

    Args:
        judge: For example ``rule``, ``dict(type='text_tower', model=...)``, or a judge.

    Raises:
        ValueError: There is no judge of this name. The message has the known names.
    """
    if isinstance(judge, str):
        judge = dict(type=judge)
    if not isinstance(judge, dict):
        return judge
    options: dict[str, Any] = dict(judge)
    return known_part(RATIONALE_JUDGES, options.pop('type', '?'))(**options)
