"""What a conversion did, for people and for programs."""

from dataclasses import asdict, dataclass, field

from rich.table import Table

from ..terminal import Terminal, one_line

# How many names the table shows: of what went well a few, of the rest many.
FEW, MANY = 3, 20


@dataclass
class Report:
    """Every name of the file and of the target, each in one of the lists.

    Attributes:
        source: The file.
        sha256: Of it.
        format: Name of the format.
        others: What the file has among its weights that is no tensor.
        stubs: Classes in the file, replaced by something inert.
        matched: Our name -> the file's.
        filled: Our names that were worked out, not renamed -> from what.
        copies: The file's names whose values are there twice.
        unused: The file's name -> why nothing takes it.
        missing: Our names that nothing fills.
        unexpected: The file's names that nothing takes.
        misfit: The file's name -> its shape and ours.
        classes: Orders ``file`` and ``model`` of the classes, and whether rows
            ``moved``.
        texts: Class -> the texts that the file was trained with.
        sizes: The config's keys that the file has other values of, and those values.
        unstated: What the file does not say, with what is taken.
    """

    source: str
    sha256: str
    format: str
    others: list[str]
    stubs: list[str]
    matched: dict[str, str] = field(default_factory=dict)
    filled: dict[str, str] = field(default_factory=dict)
    copies: list[str] = field(default_factory=list)
    unused: dict[str, str] = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)
    unexpected: list[str] = field(default_factory=list)
    misfit: dict[str, str] = field(default_factory=dict)
    classes: dict | None = None
    texts: dict[str, list[str]] | None = None
    sizes: dict[str, int | float] = field(default_factory=dict)
    unstated: list[str] = field(default_factory=list)

    @property
    def complete(self) -> bool:
        """Whether every weight of the target is filled and every one was taken."""
        return not (self.missing or self.unexpected or self.misfit)

    def to_json(self) -> dict:
        """All of it, JSON-able."""
        return asdict(self) | {'complete': self.complete}

    def show(self, console: Terminal | None = None) -> None:
        """Prints it as a table; long lists are cut, the JSON has them whole."""
        table = Table(
            '', 'number', 'names', title=f'{one_line(self.source)} ({self.format})'
        )
        for what in ('matched', 'filled', 'copies'):
            table.add_row(what, *_cells(getattr(self, what), FEW))
        for what in ('unused', 'missing', 'unexpected', 'misfit', 'others', 'stubs'):
            table.add_row(what, *_cells(getattr(self, what), MANY))
        table.add_row('sizes set', *_cells(self.sizes, MANY))
        table.add_row('not in the file', *_cells(self.unstated, MANY))
        if self.classes:
            moved = 'moved to' if self.classes['moved'] else 'as'
            theirs, ours = (' '.join(self.classes[k]) for k in ('file', 'model'))
            table.add_row('classes', str(len(self.classes['file'])), f'{theirs}')
            table.add_row('', '', f'{moved} {ours}')
        (console or Terminal()).print(table)


def _cells(names: dict | list, shown: int) -> tuple[str, str]:
    lines = list(names)
    if isinstance(names, dict):
        lines = [f'{name}: {what}' for name, what in names.items()]
    lines = list(map(one_line, lines))
    rest = len(lines) - shown
    more = [f'... and {rest} more'] if rest > 0 else []
    return str(len(lines)), '\n'.join(lines[:shown] + more)
