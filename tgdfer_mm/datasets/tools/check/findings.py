"""What a check found, and what to do about it."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field

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


@dataclass
class Findings:
    """All findings of a check, in the order in which they were made."""

    all: list[Finding] = field(default_factory=list)

    def error(self, code: str, message: str, advice: str, who: Iterable = ()) -> None:
        """Adds what changes a published number."""
        self._add(code, ERROR, message, advice, who)

    def warning(self, code: str, message: str, advice: str, who: Iterable = ()) -> None:
        """Adds what may change a published number."""
        self._add(code, WARNING, message, advice, who)

    def note(
        self, code: str, message: str, advice: str = '', who: Iterable = ()
    ) -> None:
        """Adds what is good to know."""
        self._add(code, NOTE, message, advice, who)

    def _add(self, code, severity, message, advice, who) -> None:
        self.all.append(Finding(code, severity, message, advice, tuple(map(str, who))))

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
