"""The summary in a browser: it sorts and filters, and hostile names do nothing."""

import pytest

from lab.served_page import ARGUMENTS, find_chromium
from tgdfer_mm.apis.many.row import failed_row, row_of, write_row
from tgdfer_mm.apis.many.summary import write_summary

pytestmark = pytest.mark.browser
ABOUT = dict(name='m', sha256=None, classes=['happy'], domain='real', note=None)
HOSTILE = '<img src=x onerror=document.title=1>.mp4'


@pytest.fixture
def page(tmp_path):
    """The page of four videos, 390 pixels wide; ends with no error of a script."""
    playwright = pytest.importorskip('playwright.sync_api')
    if find_chromium() is None:
        pytest.skip('no Chromium')
    for name, seconds in (('b.mp4', 5.0), ('10.mp4', 700.0), (HOSTILE, 60.0)):
        (tmp_path / name).mkdir()
        source = dict(path=name, frames=1, duration=seconds)
        result = dict(complete=True, warnings=[], tracks=[], source=source, model=ABOUT)
        write_row(row_of(name, result, {}, ['frames.csv']), tmp_path / name)
    (tmp_path / 'c.mp4').mkdir()
    write_row(failed_row('c.mp4', 'no video', {}, ABOUT), tmp_path / 'c.mp4')
    write_summary(tmp_path)
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(
            executable_path=find_chromium(), args=ARGUMENTS
        )
        page = browser.new_page(viewport=dict(width=390, height=800))
        errors = []
        page.on('pageerror', lambda error: errors.append(error))
        page.on('console', lambda said: errors.append(said.text))
        page.goto((tmp_path / 'index.html').as_uri())
        yield page
        browser.close()
    assert not errors


def names(page):
    rows = page.locator('tbody tr:visible th')
    return [text.splitlines()[0].strip() for text in rows.all_inner_texts()]


def test_it_sorts_filters_and_fits(page):
    assert page.title() == 'Summary of 4 videos'
    page.get_by_role('button', name='length').click()
    assert names(page) == ['b.mp4', HOSTILE, '10.mp4', 'c.mp4']
    page.get_by_role('button', name='length').click()
    assert names(page) == ['10.mp4', HOSTILE, 'b.mp4', 'c.mp4']
    page.get_by_label('State').select_option('failed')
    assert names(page) == ['c.mp4']
    page.get_by_label('State').select_option('all')
    page.get_by_label('Find words').fill('NO VIDEO')
    assert names(page) == ['c.mp4']
    assert page.get_by_role('status').inner_text() == '1 of 4 shown'
    assert page.evaluate('document.documentElement.scrollWidth') <= 390
