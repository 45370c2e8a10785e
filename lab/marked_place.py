"""Lines between the marks of a page."""

import re
from collections.abc import Iterable
from pathlib import Path

from tgdfer_mm.files import write_text


def write_between(page: Path, mark: str, lines: Iterable[str]) -> None:
    """Writes lines into a page, in the place of what is between two marks.

    Args:
        page: Has ``<!-- mark -->`` and, some lines below it, ``<!-- end -->``.
        mark: A word.
        lines: What stands there then.

    Raises:
        ValueError: The page has no such marks.
    """
    text = page.read_text(encoding='utf-8')
    place = re.compile(rf'(<!-- {re.escape(mark)} -->\n).*?(<!-- end -->)', re.DOTALL)
    if not place.search(text):
        raise ValueError(
            f'{page} has no place between <!-- {mark} --> and <!-- end -->'
        )
    content = ''.join(f'{line}\n' for line in lines)
    write_text(page, place.sub(lambda m: m[1] + content + m[2], text))
