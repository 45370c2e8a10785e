"""The report of a conversion, for people and for programs."""

from dataclasses import asdict, dataclass, field

from rich.table import Table

from ..terminal import Terminal, one_line

# Number of names in the table: few for successes, many for problems.
FEW, MANY = 3, 20


@dataclass
class Report:
    """The result for every name of the file and of the target, each in one list.

    Attributes:
        source: The file.
        sha256: SHA-256 of the file.
        format: Name of the format.
        others: Entries among the file's weights that are not tensors.
        stubs: Classes in the file that were replaced by inert ones.
        matched: Our name to the file's name.
        filled: Our names that were computed, not renamed, to their source.
        copies: The file's names that are copies of others.
        unused: The file's name to the reason why it is not used.
        missing: Our names that are not filled.
        unexpected: The file's names that have no place in the model.
        misfit: The file's name to its shape and ours.
        classes: Orders of the classes in ``file`` and ``model``, and whether rows
            ``moved``.
        texts: Class to the texts with which the file was trained.
        sizes: Keys of the config for which the file has other values, and these values.
        unstated: Facts that the file does not state, with the assumed values.
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
        """Tells whether all weights of the target are filled and all others used."""
        return not (self.missing or self.unexpected or self.misfit)

    def to_json(self) -> dict:
        """The report as JSON-serialisable data."""
        return asdict(self) | {'complete': self.complete}

    def show(self, console: Terminal | None = None) -> None:
        """Prints the report as a table; long lists are complete in the JSON only."""
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
