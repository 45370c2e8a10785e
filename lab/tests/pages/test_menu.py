"""The menu of the site has every page once."""

import yaml

from lab.pages.links import carried_files, in_projects, place_on_site
from lab.paths import DOCS, ROOT

SITE = yaml.safe_load((ROOT / 'mkdocs.yml').read_text(encoding='utf-8'))


def pages_of(menu) -> list[str]:
    if isinstance(menu, str):
        return [menu]
    parts = menu.values() if isinstance(menu, dict) else menu
    return [page for part in parts for page in pages_of(part)]


def test_every_page_is_in_the_menu_once():
    carried = carried_files()
    pages = [path.name for path in DOCS.glob('*.md')]
    pages += [place_on_site(p, carried) for p in carried if not in_projects(p)]
    assert sorted(pages_of(SITE['nav'])) == sorted(pages)


def test_nothing_is_asked_of_the_network():
    assert SITE['theme']['font'] is False
    assert 'offline' not in SITE['plugins']  # it asks another host for a script
