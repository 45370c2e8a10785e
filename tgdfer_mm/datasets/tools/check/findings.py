"""The findings of a check, with advice."""

import json
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from ...text_files import some

ERROR = 'error'  # changes a published number
WARNING = 'warning'  # may change one
NOTE = 'note'  # changes none


@cache
def load_texts() -> dict[str, dict[str, str]]:
    """Severity, message and advice of every finding, by its code.

    A code with several texts has their names after a slash: ``clips-absent/video``.
    """
    path = Path(__file__).with_name('findings.json')
    return json.loads(path.read_text(encoding='utf-8'))


class Findings:
    """All findings of a check, in order.

    Attributes:
        all: The findings as plain data: ``code`` (the kind of finding), ``severity``
            (``'error'``, ``'warning'`` or ``'note'``), ``message`` (the fact),
            ``advice`` (what to do) and ``examples`` (names of all clips or files
            concerned).
    """

    def __init__(self) -> None:
        self.all: list[dict] = []

    def add(
        self,
        text: str,
        who: Iterable | None = None,
        severity: str | None = None,
        **values,
    ) -> None:
        """Adds a finding, unless it concerns no clip or file.

        Args:
            text: A key of :func:`load_texts`.
            who: The clips or files concerned. If there are none, nothing is added; None
                means a finding about the whole copy.
            severity: Severity, by default the text's own.
            **values: Values for the braces of the text, in addition to the ``count`` of
                those concerned and the names of ``some``.
        """
        names = tuple(map(str, who or ()))
        if who is not None and not names:
            return
        texts = load_texts()[text]
        values = dict(dict(count=len(names), some=some(names)), **values)
        self.all.append(
            dict(
                code=text.partition('/')[0],
                severity=severity or texts['severity'],
                message=texts['message'].format(**values),
                advice=texts.get('advice', '').format(**values),
                examples=names,
            )
        )

    @property
    def ok(self) -> bool:
        """Tells whether no finding changes a published number."""
        return all(each['severity'] != ERROR for each in self.all)

    def as_dicts(self) -> list[dict]:
        """The findings as plain data."""
        return self.all
