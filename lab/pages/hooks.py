"""What mkdocs.yml calls while the site is built: `python -m mkdocs build --strict`."""

import os

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.plugins import get_plugin_logger
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

from lab.pages.links import (
    carried_files,
    heading_anchor,
    place_on_site,
    source_of,
)
from lab.pages.public_names import read_modules
from lab.pages.reference import reference_pages
from lab.pages.repository_markdown import RepositoryMarkdown
from lab.paths import DOCS, ROOT
from tgdfer_mm.version import REPOSITORY

os.environ['COLUMNS'] = '80'  # width of the commands' help
_MARKDOWN = RepositoryMarkdown(REPOSITORY, get_plugin_logger(__name__).warning)
_REFERENCE = list(reference_pages(read_modules()))


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Adds what YAML cannot say: the address, our Markdown, the menu of names."""
    config.repo_url = REPOSITORY or None
    config.markdown_extensions.append(_MARKDOWN)
    config.mdx_configs.setdefault('toc', {})['slugify'] = heading_anchor
    menu = [{title: path} for title, path, _ in _REFERENCE]
    config.nav = [*config.nav, {'Reference': menu}]
    return config


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Adds the pages from outside `docs/`, and those of the reference."""
    carried = carried_files()
    for path in carried:
        place = place_on_site(path, carried)
        files.append(File.generated(config, place, abs_src_path=str(ROOT / path)))
    for _, place, text in _REFERENCE:
        files.append(File.generated(config, place, content=text))
    return files


def on_page_markdown(
    markdown: str, page: Page, config: MkDocsConfig, files: Files
) -> str:
    """Notes whose links come next."""
    _MARKDOWN.source = source_of(page.file.src_uri, DOCS)
    return markdown
