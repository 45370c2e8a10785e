"""Hooks that mkdocs.yml calls to build the site: `python -m mkdocs build --strict`."""

import os

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.plugins import get_plugin_logger
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

from lab.pages.links import (
    carried_files,
    heading_anchor,
    in_projects,
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
_CARRIED = carried_files()
_REFERENCE = list(reference_pages(read_modules()))


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Adds settings that YAML cannot hold: the address, our Markdown, the menu of
    names.
    """
    config.repo_url = REPOSITORY or None
    config.markdown_extensions.append(_MARKDOWN)
    config.mdx_configs.setdefault('toc', {})['slugify'] = heading_anchor
    projects = [place_on_site(each, _CARRIED) for each in _CARRIED if in_projects(each)]
    names = [{title: path} for title, path, _ in _REFERENCE]
    config.nav = [*config.nav, {'Projects': projects}, {'Reference': names}]
    return config


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Adds the pages from outside `docs/`, and those of the reference."""
    for path in _CARRIED:
        place = place_on_site(path, _CARRIED)
        files.append(File.generated(config, place, abs_src_path=str(ROOT / path)))
    for _, place, text in _REFERENCE:
        files.append(File.generated(config, place, content=text))
    return files


def on_page_markdown(
    markdown: str, page: Page, config: MkDocsConfig, files: Files
) -> str:
    """Stores the page whose links come next."""
    _MARKDOWN.source = source_of(page.file.src_uri, DOCS)
    return markdown
