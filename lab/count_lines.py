"""Counts lines of Python code, without docstrings, comments and blank lines.

python lab/count_lines.py tgdfer_mm
"""

import argparse
import ast
import tokenize
from collections import Counter
from pathlib import Path

_NO_CODE = {
    *(tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.ENCODING),
    *(tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER),
}


def count_lines(path: Path) -> int:
    """Lines of a file that have code; of a string over several lines, each one."""
    lines = set()
    with tokenize.open(path) as file:
        for token in tokenize.generate_tokens(file.readline):
            if token.type not in _NO_CODE:
                lines.update(range(token.start[0], token.end[0] + 1))
    return len(lines - _docstrings(ast.parse(path.read_text(encoding='utf-8'))))


def _docstrings(tree: ast.Module) -> set[int]:
    lines = set()
    for node in ast.walk(tree):
        if isinstance(
            node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef
        ) and ast.get_docstring(node, clean=False):
            text = node.body[0]
            lines.update(range(text.lineno, text.end_lineno + 1))
    return lines


def count_folders(package: Path) -> dict[str, int]:
    """Lines of each folder right below a package; ``.`` has its own files.

    Raises:
        FileNotFoundError: There is no such folder.
    """
    if not package.is_dir():
        raise FileNotFoundError(f'{package}: there is no such folder')
    counts = Counter()
    for path in sorted(package.rglob('*.py')):
        below = path.relative_to(package).parts
        counts[below[0] if len(below) > 1 else '.'] += count_lines(path)
    return dict(counts)


def main() -> None:
    """Prints the lines of each folder, and of all."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument('package', type=Path, help='a folder of Python files')
    package = parser.parse_args().package
    try:
        counts = count_folders(package)
    except FileNotFoundError as error:
        parser.error(str(error))
    for folder, count in sorted(counts.items()):
        print(f'{count:7d}  {folder}')
    print(f'{sum(counts.values()):7d}  in all')


if __name__ == '__main__':
    main()
