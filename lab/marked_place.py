"""Lines between the marks of a page."""

import re
from collections.abc import Iterable
from pathlib import Path

from tgdfer_mm.files import write_text


def write_between(page: Path, mark: str, lines: Iterable[str]) -> None:
    """Replaces the lines between two marks of a page.

    Args:
        page: Has ``<!-- mark -->`` and, some lines below it, ``<!-- end -->``.
        mark: A word.
        lines: The new lines.

    Raises:
        ValueError: The page has no such marks.
    """
    text, place = find_place(page, mark)
    content = ''.join(f'{line}\n' for line in lines)
    write_text(page, place.sub(lambda m: m[1] + content + m[2], text))


def find_place(page: Path, mark: str) -> tuple[str, re.Pattern]:
    """The text of a page, and a pattern of its place between two marks.

    Raises:
        OSError: The page cannot be read.
        ValueError: The page has no such marks, or is not in UTF-8.
    """
    text = page.read_text(encoding='utf-8')
    place = re.compile(rf'(<!-- {re.escape(mark)} -->\n).*?(<!-- end -->)', re.DOTALL)
    if not place.search(text):
        raise ValueError(
            f'{page} has no place between <!-- {mark} --> and <!-- end -->'
        )
    return text, place
