"""Converts links of Markdown files from the repository to the site.

On the site a page of ``docs/`` is at its path below that folder. Other Markdown files
of the repository are below ``repository/``. Any other file is at the project's address;
as long as the project has none, its link becomes plain text.
"""

import posixpath
import re
from pathlib import Path

from ..paths import ROOT

CARRIED = (
    '*.md',
    'configs/**/README.md',
    'lab/**/README.md',
    'projects/**/README.md',
)
_ELSEWHERE = re.compile(r'[a-z][a-z0-9+.-]*:|//|#|$')  # an address, or on this page


class BrokenLink(ValueError):
    """A link to a file that the repository does not have."""


def carried_files() -> list[str]:
    """Markdown files outside `docs/` that the site has, by path in the repository."""
    found = {path for pattern in CARRIED for path in ROOT.glob(pattern)}
    return sorted(path.relative_to(ROOT).as_posix() for path in found)


def in_projects(path: str) -> bool:
    """True if a file belongs to a project; the menu adds it automatically."""
    return path.startswith('projects/')


def place_on_site(path: str, carried: list[str]) -> str | None:
    """The path on the site of a file in the repository; None if it is not there.

    Args:
        path: Path in the repository.
        carried: Result of :func:`carried_files`.
    """
    if path.startswith('docs/'):
        return path.removeprefix('docs/')
    return f'repository/{path}' if path in carried else None


def site_link(link: str, source: str, carried: list[str], address: str) -> str | None:
    """The link on the site that replaces a link in the repository.

    Args:
        link: As the file has it.
        source: Path in the repository of the file that has it.
        carried: Of :func:`carried_files`.
        address: The project's; empty if there is none.

    Returns:
        A path from the page, or an address. None if the site has no such file and the
        project no address.

    Raises:
        BrokenLink: The repository has no such file.
    """
    if _ELSEWHERE.match(link):
        return link
    path, mark, anchor = link.partition('#')
    path = posixpath.normpath(posixpath.join(posixpath.dirname(source), path))
    if path.startswith('..') or not (ROOT / path).exists():
        raise BrokenLink(f'{source}: there is no {link!r} in the repository')
    if (ROOT / path / 'README.md').is_file():
        path = posixpath.normpath(f'{path}/README.md')
    place = place_on_site(path, carried)
    if place is None:
        return f'{address}/blob/main/{path}{mark}{anchor}' if address else None
    here = place_on_site(source, carried) or ''
    return posixpath.relpath(place, posixpath.dirname(here)) + mark + anchor


def heading_anchor(text: str, separator: str = '-') -> str:
    """The name of a heading in a link, as GitHub makes it.

    Every space is a hyphen, and other letters than those of English stay.
    """
    text = re.sub(r'[^\w\- ]', '', text.strip().lower())
    return text.replace(' ', separator)


def source_of(place: str, docs: Path) -> str:
    """Path in the repository of a page of the site; empty if only the site has it."""
    if place.startswith('repository/'):
        return place.removeprefix('repository/')
    return f'docs/{place}' if (docs / place).is_file() else ''
