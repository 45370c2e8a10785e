"""Links in the pages: each leads somewhere, in the repository and on the site."""

import re
from functools import cache

import pytest

from lab.pages.links import (
    BrokenLink,
    carried_files,
    heading_anchor,
    place_on_site,
    site_link,
    source_of,
)
from lab.paths import DOCS, ROOT

CARRIED = carried_files()
PAGES = [path.relative_to(ROOT).as_posix() for path in sorted(DOCS.glob('*.md'))]
_CODE = re.compile(r'^(```+).*?^\1|(`+)[^`].*?\2', re.MULTILINE | re.DOTALL)
_LINK = re.compile(r'\]\(([^)\s]+)\)')
_HEADING = re.compile(r'^#+ +(.+)$', re.MULTILINE)


@cache
def anchors(page: str) -> set[str]:
    text = (ROOT / page).read_text(encoding='utf-8')
    text = re.sub(r'^```.*?^```', '', text, flags=re.MULTILINE | re.DOTALL)
    plain = (re.sub(r'\[([^]]*)\]\([^)]*\)', r'\1', h) for h in _HEADING.findall(text))
    return {heading_anchor(each.replace('`', '')) for each in plain}


@pytest.mark.parametrize('page', [*PAGES, *CARRIED])
def test_every_link_of_a_page_leads_to_a_file_and_a_heading(page):
    text = _CODE.sub('', (ROOT / page).read_text(encoding='utf-8'))
    for link in _LINK.findall(text):
        found = site_link(link, page, CARRIED, 'https://host/us/project')
        if link.startswith('#'):
            assert link[1:] in anchors(page), link
        elif '.md#' in found and '://' not in found:
            place, _, anchor = link.partition('#')
            target = ((ROOT / page).parent / place).resolve().relative_to(ROOT)
            assert anchor in anchors(target.as_posix()), link


def test_a_link_is_right_from_where_its_page_is_on_the_site():
    def of(link, source, address=''):
        return site_link(link, source, CARRIED, address)

    assert of('own.md#the-tower', 'docs/video.md') == 'own.md#the-tower'
    assert of('../README.md#install', 'docs/video.md') == 'repository/README.md#install'
    assert of('docs/video.md', 'README.md') == '../video.md'
    assert of('docs/images/video_timeline.png', 'README.md') == (
        '../images/video_timeline.png'
    )
    assert of('../lab/search', 'docs/video.md') == 'repository/lab/search/README.md'
    assert of('../CHANGELOG.md', 'lab/README.md') == '../CHANGELOG.md'
    assert of('../setup.py', 'docs/video.md', 'https://host/p') == (
        'https://host/p/blob/main/setup.py'
    )


def test_a_file_that_the_site_lacks_has_no_link_while_the_project_has_no_address():
    assert site_link('../setup.py', 'docs/video.md', CARRIED, '') is None


@pytest.mark.parametrize('link', ['none.md', '../../outside.md', '../none.py#L1'])
def test_a_link_to_nothing_is_named_with_its_page(link):
    with pytest.raises(BrokenLink, match=rf'docs/video.md: .*{re.escape(link)}'):
        site_link(link, 'docs/video.md', CARRIED, '')


@pytest.mark.parametrize('link', ['https://host/a.md', 'mailto:a@b', '#here', '//host'])
def test_an_address_stays(link):
    assert site_link(link, 'docs/video.md', CARRIED, '') == link


def test_a_place_and_its_source_are_each_others_inverse():
    for source in [*PAGES, *CARRIED]:
        assert source_of(place_on_site(source, CARRIED), DOCS) == source
    assert source_of('reference/index.md', DOCS) == ''


def test_anchors_are_those_of_github():
    assert heading_anchor('What happens') == 'what-happens'
    assert heading_anchor('7. A card, for `your` model') == '7-a-card-for-your-model'
    assert heading_anchor('A & B_c - d') == 'a--b_c---d'
