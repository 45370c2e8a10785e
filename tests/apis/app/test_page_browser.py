"""The page in a real browser: ``pytest -m browser``, with Chromium installed."""

import re
import socket
from pathlib import Path

import pytest

from lab.film import FilmSpec, write_film
from lab.served_page import ARGUMENTS, NAMES, find_chromium, served_page

pytestmark = pytest.mark.browser
DESKTOP, PHONE = 1200, 390  # CSS pixels
MINUTE = 60_000  # milliseconds


@pytest.fixture(scope='module')
def browser():
    """A headless Chromium."""
    path = find_chromium()
    if path is None:
        pytest.skip(
            f'no Chromium: install one of {", ".join(NAMES)} (Debian: apt-get install '
            'chromium), or set CHROMIUM to its path'
        )
    playwright = pytest.importorskip(
        'playwright.sync_api', reason='needs pip install "tgdfer_mm[browser]"'
    )
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope='module')
def address(tmp_path_factory):
    """The page, served by the command with the shipped model."""
    temp = tmp_path_factory.mktemp('temp')
    with served_page(temp, free_port()) as served:
        yield served
    assert list(temp.iterdir()) == []  # nothing outlives the program


def free_port() -> int:
    """A port that nobody listens at."""
    with socket.socket() as probe:
        probe.bind(('127.0.0.1', 0))
        return probe.getsockname()[1]


@pytest.fixture(scope='module')
def film(tmp_path_factory) -> tuple[Path, dict]:
    """Two drawn people, and what each of them shows."""
    path = tmp_path_factory.mktemp('film') / 'two people.mp4'
    truth = write_film(path, FilmSpec(shot=4.0, empty=1.0))
    return path, truth


@pytest.fixture
def page(browser, address):
    """The page as a desktop sees it; foreign requests and errors fail the test."""
    page = browser.new_page(viewport=dict(width=DESKTOP, height=900))
    problems = []
    page.on('pageerror', lambda error: problems.append(str(error)))
    page.on(
        'request',
        lambda r: r.url.startswith((address, 'data:')) or problems.append(r.url),
    )
    page.goto(address)
    yield page
    page.close()
    assert problems == []


def fits(page) -> bool:
    """Whether nothing is wider than the window."""
    return page.evaluate('document.documentElement.scrollWidth <= window.innerWidth')


def reach(page, text: str) -> None:
    """Moves the focus with the Tab key to what has this text."""
    for _ in range(40):
        page.keyboard.press('Tab')
        focus = page.evaluate(
            '(document.activeElement.innerText || document.activeElement.id)'
        )
        if text in focus:
            return
    raise AssertionError(f'{text!r} cannot be reached with the keyboard')


def test_a_clip_is_uploaded_and_its_labels_can_be_read(page, film, tmp_path):
    path, truth = film
    page.set_input_files('#file', path)
    page.focus('#file')
    reach(page, 'Analyse')
    page.keyboard.press('Enter')
    page.wait_for_selector('#results:not([hidden])', timeout=3 * MINUTE)
    assert 'two people.mp4: 4 face tracks' == page.inner_text('#results-title')
    shown = {
        emotion
        for verdict in page.locator('.track .verdict').all_inner_texts()
        for emotion in re.search('Shows (.*);', verdict)[1].split(', ')
    }
    true = {e['emotion'] for track in truth['tracks'] for e in track['episodes']}
    assert len(shown & true) > len(true) / 2
    loaded = 'i => i.complete && i.naturalWidth > 0'
    assert all(i.evaluate(loaded) for i in page.locator('.track img').all())
    page.locator('.moments button').first.press('Enter')
    page.wait_for_function("document.getElementById('video').currentTime > 0")
    for width in (DESKTOP, PHONE):
        page.set_viewport_size(dict(width=width, height=900))
        assert fits(page)
        picture = page.screenshot(full_page=True, path=tmp_path / f'{width}.png')
        assert len(picture) > 50_000
    with page.expect_popup() as opened:
        page.locator('.report').first.click()
    report = opened.value
    report.wait_for_load_state()
    assert 'Track 1 of two people.mp4' in report.inner_text('h1')
    assert 'Decisions about a person' in report.inner_text('main') and fits(report)
    page.click('#delete')
    assert page.is_hidden('#results') and page.is_visible('#form')


def test_a_file_that_is_no_video_is_refused_with_a_sentence(page, tmp_path):
    path = tmp_path / '<b>no<b> video.mp4'
    path.write_bytes(b'this is text' * 100)
    page.set_viewport_size(dict(width=PHONE, height=800))
    page.set_input_files('#file', path)
    page.click('#start')
    page.wait_for_selector('#error:not([hidden])', timeout=MINUTE)
    assert page.inner_text('#error').startswith('<b>no<b> video.mp4: not a video')
    assert fits(page) and page.is_visible('#form')


def test_a_running_job_can_be_cancelled(page, film):
    page.set_input_files('#file', film[0])
    page.click('#start')
    page.wait_for_selector('#work:not([hidden])', timeout=MINUTE)
    page.click('#cancel')
    assert page.is_visible('#form') and page.is_hidden('#work')


class TestAnswers:
    """What the page says when the program answers so, for a job whose name it has."""

    @pytest.fixture
    def ask(self, page):
        """Opens the page of a job whose every question is answered so."""

        def answer(**kwargs):
            def fulfil(route):
                if kwargs:
                    route.fulfill(**kwargs)
                else:
                    route.abort()

            page.route('**/jobs/*', fulfil)
            page.clock.install()
            page.evaluate("location.hash = 'a-name-that-is-long'; location.reload()")
            page.wait_for_load_state()
            for _ in range(30):
                page.clock.run_for(1000)
                if page.is_visible('#error'):
                    break
            assert page.is_visible('#form') and page.is_hidden('#work')
            return page.inner_text('#error')

        return answer

    @pytest.mark.parametrize(
        ('state', 'error', 'said'),
        [
            (
                'failed',
                'It broke off: out of memory.',
                'film.mp4: It broke off',
            ),
            ('failed', 'film.mp4: not a video', 'film.mp4: not a video'),
            ('failed', None, 'gave no reason'),
            ('cancelled', None, 'film.mp4: the analysis was cancelled'),
        ],
    )
    def test_a_job_that_ended(self, ask, state, error, said):
        assert said in ask(json=dict(name='film.mp4', state=state, error=error))

    @pytest.mark.parametrize('status', [404, 500, 503])
    def test_a_refusal_with_and_without_a_sentence(self, ask, status):
        assert ask(status=status, json=dict(error='So it is.')) == 'So it is.'

    @pytest.mark.parametrize(
        ('status', 'body'), [(500, 'Internal Server Error'), (404, ''), (200, '')]
    )
    def test_an_answer_that_is_none(self, ask, status, body):
        assert f'(status {status})' in ask(status=status, body=body)

    def test_a_program_that_is_gone(self, ask):
        assert 'does not answer' in ask()
