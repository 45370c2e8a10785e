"""Small faults, drawn at random from source files.

cosmic-ray knows what can be changed and how; this file says where, and draws.
"""

import ast
import random
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.mutating import mutate_code
from cosmic_ray.plugins import get_operator, operator_names

# cosmic-ray 8 fails where the exception has a dotted name.
UNUSED = {'core/ExceptionReplacer'}
# Parts of a syntax tree that no operator changes: most of them.
NEVER_CHANGED = {'name', 'string', 'fstring_string', 'newline', 'endmarker'}


@dataclass(frozen=True)
class Mutant:
    """One fault in one file.

    Attributes:
        file: From the root of the repository.
        line: Where the fault is, from 1.
        operator: cosmic-ray's name of the change.
        changed: The changed line.
        source: The whole file with the fault.
    """

    file: str
    line: int
    operator: str
    changed: str
    source: str


def draw(root: Path, files: Sequence[str], number: int, seed: int) -> list[Mutant]:
    """Draws places in the files at random, and one fault at each.

    A place counts once however many faults are possible there; a `+` could become
    eleven other operators.

    Args:
        root: Of the repository.
        files: From there.
        number: How many faults; all places are taken if there are fewer.
        seed: Of the draw.
    """
    rng = random.Random(seed)
    places = [
        (file, place, faults)
        for file in sorted(files)
        for place, faults in sorted(_places((root / file).read_text('utf-8')).items())
    ]
    rng.shuffle(places)
    drawn = []
    for file, (line, _), faults in places:
        if len(drawn) == number:
            break
        mutant = _first_that_compiles(root, file, line, rng.sample(faults, len(faults)))
        if mutant is not None:
            drawn.append(mutant)
    return drawn


def _places(source: str) -> dict[tuple[int, int], list[tuple[str, int]]]:
    """By line and column, the possible faults: operator and its count in the file."""
    left_out = list(_left_out(source))
    nodes = [n for n in ast_nodes(get_ast(source)) if n.type not in NEVER_CHANGED]
    places = defaultdict(list)
    for name, operator in _operators().items():
        positions = [p for node in nodes for p in operator.mutation_positions(node)]
        for count, (start, _) in enumerate(positions):
            if not any(first <= start < last for first, last in left_out):
                places[start].append((name, count))
    return places


def _operators() -> dict:
    """Those that need no settings and say the same in every Python, by name."""
    kinds = {name: get_operator(name) for name in operator_names()}
    return {
        name: kind()
        for name, kind in kinds.items()
        if not kind.arguments() and name not in UNUSED and not _mixes_identity(name)
    }


def _mixes_identity(name: str) -> bool:
    """Whether it swaps `is` with an operator that compares values.

    Which numbers are one object is CPython's choice.
    """
    if 'ReplaceComparisonOperator' not in name:
        return False
    old, new = name.split('_')[-2:]
    return old.startswith('Is') != new.startswith('Is')


def _left_out(source: str) -> Iterator[tuple[tuple[int, int], tuple[int, int]]]:
    """Annotations, which do nothing, and what a raised error says."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Raise):
            yield _span(node)
        for field in ('annotation', 'returns'):
            if isinstance(getattr(node, field, None), ast.AST):
                yield _span(getattr(node, field))


def _span(node: ast.AST) -> tuple[tuple[int, int], tuple[int, int]]:
    return (node.lineno, node.col_offset), (node.end_lineno, node.end_col_offset)


def _first_that_compiles(
    root: Path, file: str, line: int, faults: Sequence[tuple[str, int]]
) -> Mutant | None:
    before = (root / file).read_text('utf-8')
    for name, count in faults:
        source = mutate_code(before, get_operator(name)(), count)
        try:
            compile(source, file, 'exec')
        except SyntaxError:
            continue
        pairs = zip(before.splitlines(), source.splitlines(), strict=False)
        changed = next((new for old, new in pairs if old != new), '')
        return Mutant(file, line, name.removeprefix('core/'), changed.strip(), source)
    return None
