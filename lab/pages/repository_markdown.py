"""Converts our Markdown for the site: links, and names in docstrings."""

import re
from collections.abc import Callable
from xml.etree.ElementTree import Element

from markdown import Markdown
from markdown.extensions import Extension
from markdown.inlinepatterns import InlineProcessor
from markdown.treeprocessors import Treeprocessor

from .links import BrokenLink, carried_files, site_link


class _Links(Treeprocessor):
    def __init__(self, md: Markdown, extension: 'RepositoryMarkdown') -> None:
        super().__init__(md)
        self.extension = extension

    def run(self, root: Element) -> None:
        for element in root.iter():
            key = {'a': 'href', 'img': 'src'}.get(element.tag)
            if self.extension.source and key and element.get(key):
                self._replace(element, key)

    def _replace(self, element: Element, key: str) -> None:
        found = self.extension.link(element.get(key))
        if found is not None:
            element.set(key, found)
            return
        element.tag = 'span'
        element.attrib.pop(key)


class _Roles(InlineProcessor):
    """Names in docstrings, such as :class:`Bag`, as code."""

    def handleMatch(self, m: re.Match, data: str) -> tuple[Element, int, int]:  # noqa: N802
        code = Element('code')
        code.text = m[1].rpartition('.')[2] if m[0].count('~') else m[1]
        return code, m.start(0), m.end(0)


class RepositoryMarkdown(Extension):
    """Markdown with links of the repository, of one file at a time.

    Args:
        address: The project's; empty if there is none.
        warn: Is called with a sentence about each broken link.

    Attributes:
        source: Path in the repository of the file that is read; empty for one that has
            no links of the repository.
    """

    def __init__(self, address: str, warn: Callable[[str], None]) -> None:
        super().__init__()
        self.address, self.warn = address, warn
        self.source, self.carried = '', carried_files()

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802
        """Adds both processors, that of links before the one of mkdocs."""
        md.treeprocessors.register(_Links(md, self), 'repository_links', 5)
        role = _Roles(r':(?:class|func|meth|mod|data|attr|exc):`~?([\w.]+)`', md)
        md.inlinePatterns.register(role, 'roles', 200)

    def link(self, link: str) -> str | None:
        """The link on the site; a broken one stays, after a warning."""
        try:
            return site_link(link, self.source, self.carried, self.address)
        except BrokenLink as error:
            self.warn(str(error))
            return link
