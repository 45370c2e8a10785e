"""What a check found, and what to do about it."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from functools import cache
from pathlib import Path

ERROR = 'error'  # changes a published number
WARNING = 'warning'  # may change one
NOTE = 'note'  # changes none


@dataclass(frozen=True)
class Finding:
    """One thing that a user should know.

    Attributes:
        code: Short name, the same for the same kind of finding.
        severity: ``'error'``, ``'warning'`` or ``'note'``.
        message: What is so.
        advice: What to do.
        examples: Names of the clips or files concerned, all of them.
    """

    code: str
    severity: str
    message: str
    advice: str = ''
    examples: tuple[str, ...] = ()


@cache
def load_texts() -> dict[str, dict[str, str]]:
    """Severity, message and advice of every finding, by its code.

    A code with several texts has their names after a slash: ``clips-absent/video``.
    """
    path = Path(__file__).with_name('findings.json')
    return json.loads(path.read_text(encoding='utf-8'))


@dataclass
class Findings:
    """All findings of a check, in the order in which they were made."""

    all: list[Finding] = field(default_factory=list)

    def add(
        self,
        text: str,
        who: Iterable | None = None,
        severity: str | None = None,
        **values,
    ) -> None:
        """Adds a finding, unless it concerns nobody.

        Args:
            text: A key of :func:`load_texts`.
            who: The clips or files concerned. Nothing is added if there are none;
                None stands for a finding about the copy as a whole.
            severity: In place of the text's own.
            **values: What the text has in braces, besides the ``count`` of those
                concerned and the names of ``some``.
        """
        names = tuple(map(str, who or ()))
        if who is not None and not names:
            return
        texts = load_texts()[text]
        values = dict(dict(count=len(names), some=some(names)), **values)
        self.all.append(
            Finding(
                text.partition('/')[0],
                severity or texts['severity'],
                texts['message'].format(**values),
                texts.get('advice', '').format(**values),
                names,
            )
        )

    def codes(self, severity: str | None = None) -> set[str]:
        """Codes of the findings, or of those of one severity."""
        return {f.code for f in self.all if severity in (None, f.severity)}

    @property
    def ok(self) -> bool:
        """Whether nothing changes a published number."""
        return not self.codes(ERROR)

    def as_dicts(self) -> list[dict]:
        """The findings as plain data."""
        return [asdict(each) for each in self.all]


def some(names: Iterable[str], limit: int = 3) -> str:
    """The first few names, for a sentence."""
    names = list(map(str, names))
    return ', '.join(names[:limit]) + (', ...' if len(names) > limit else '')
