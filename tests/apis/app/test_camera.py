"""The camera of this machine on the page, with a virtual one."""

import json
import threading
from argparse import Namespace
from types import SimpleNamespace

import cv2
import numpy as np
import pytest

from lab.served_page import ARGUMENTS, find_chromium
from tgdfer_mm.apis.app import camera as module
from tgdfer_mm.apis.app.camera import CameraView
from tgdfer_mm.apis.app.command import _check_camera
from tgdfer_mm.apis.live import LiveStream
from tgdfer_mm.video.analysis import Prediction
from tgdfer_mm.video.errors import InputError, UsageError
from tgdfer_mm.video.faces import build_detector
from tgdfer_mm.video.frames import Frame, Source, SourceInfo
from tgdfer_mm.video.settings import VideoSettings

ABOUT = dict(name='fake', note='It knows nothing.', domain='drawn', classes=['a', 'b'])
BOX = (8, 8, 40, 40)


class VirtualCamera(Source):
    """A picture whenever the test allows one; a tenth of a second apart."""

    def __init__(self):
        super().__init__()
        self.info = SourceInfo('virtual', 64, 48, 10.0)
        self.closed = threading.Event()

    def _frames(self):
        index = 0
        while not self.closed.wait(0.001):
            yield Frame(index, index / 10, np.full((48, 64, 3), 90, np.uint8))
            index += 1

    def close(self):
        self.closed.set()


@pytest.fixture
def virtual():
    """A view of virtual cameras, and those that were opened."""
    opened = []

    def predict(windows):
        return [Prediction(np.array([0.25, 0.75]), None, None) for _ in windows]

    def start():
        opened.append(VirtualCamera())
        runtime = SimpleNamespace(
            predict=predict, about=ABOUT, settings=VideoSettings(cut=None)
        )
        detector = build_detector(lambda picture: [BOX])
        return LiveStream(opened[-1], detector, runtime, real_time=True)

    view = CameraView(start, ABOUT)
    yield SimpleNamespace(view=view, opened=opened)
    view.stop()


def no_work(job):
    raise AssertionError


def ask(server, method='GET', path='/camera', **headers):
    answer = server.ask(method, path, **headers)
    return answer.status, json.loads(answer.content or b'{}')


def test_without_the_option_there_is_no_camera(serving):
    server = serving(no_work)
    assert b'camera-start' not in server.ask('GET', '/').content
    assert server.ask('POST', '/camera').status == 404


def test_the_page_shows_what_the_camera_sees(serving, virtual, wait_until):
    server = serving(no_work, camera=virtual.view)
    page = server.ask('GET', '/').content
    assert b'id="camera-start"' in page and b'camera.js' in page
    assert b'only in a browser on this machine' in page
    assert server.ask('GET', '/camera.js').status == 200
    assert ask(server)[1]['running'] is False and not virtual.opened  # off till asked
    assert server.ask('GET', '/camera/picture').status == 404
    assert ask(server, 'POST')[0] == 202
    wait_until(lambda: ask(server)[1]['faces'])
    said = ask(server)[1]
    assert said['running'] and said['frames'] > 10 and said['sure'] is False
    assert 'knows nothing' in said['note']
    [face] = said['faces']
    assert (face['track'], face['label'], face['score']) == (1, 'b', 0.75)
    answer = server.ask('GET', '/camera/picture')
    assert answer.headers['Content-Type'] == 'image/jpeg'
    assert answer.headers['Cache-Control'] == 'no-store'
    picture = cv2.imdecode(np.frombuffer(answer.content, np.uint8), 1)
    assert picture.shape == (48, 64, 3)
    assert picture[30, 8, 0] > picture[30, 8, 2] + 40  # the blue side of the box
    assert ask(server, 'POST')[0] == 202 and len(virtual.opened) == 1
    assert server.ask('DELETE', '/camera').status == 204
    assert virtual.opened[0].closed.is_set()
    assert ask(server)[1]['faces'] == []
    assert server.ask('GET', '/camera/picture').status == 404


def test_the_camera_goes_off_when_nobody_looks(virtual, monkeypatch, wait_until):
    monkeypatch.setattr(module, '_UNWATCHED', 0.05)
    virtual.view.start()
    wait_until(virtual.opened[0].closed.is_set)


def test_another_machine_is_refused_also_behind_a_proxy(serving, virtual):
    server = serving(no_work, camera=virtual.view)
    for headers in (dict(X_Forwarded_For='192.0.2.7'), dict(Forwarded='for=1.2.3.4')):
        for method, path in (
            ('POST', '/camera'),
            ('GET', '/camera'),
            ('DELETE', '/camera'),
            ('GET', '/camera/picture'),
        ):
            status, said = ask(server, method, path, **headers)
            assert status == 403 and 'only in a browser on' in said['error']
    assert not virtual.opened


def test_what_goes_wrong_is_a_sentence(serving, virtual, wait_until):
    def fails():
        raise InputError('/dev/video0 is secret')

    server = serving(no_work, camera=CameraView(fails, ABOUT))
    status, said = ask(server, 'POST')
    assert status == 503 and 'cannot be opened' in said['error']
    assert 'secret' not in said['error']


def test_stopping_the_page_closes_the_camera(serving, virtual):
    server = serving(no_work, camera=virtual.view)
    assert ask(server, 'POST')[0] == 202
    server.stop()
    assert virtual.opened[0].closed.is_set()


@pytest.mark.parametrize(
    'changes, said',
    [
        (dict(host='0.0.0.0'), 'only to browsers on this machine'),
        (dict(allow_host=['me.example']), 'only to browsers on this machine'),
        (dict(camera=-1), '--camera'),
        (dict(camera=98), 'no such camera'),
    ],
)
def test_a_camera_that_may_not_or_cannot_be_shown_is_refused(
    changes, said, monkeypatch
):
    monkeypatch.setattr('sys.platform', 'linux')
    given = dict(host='127.0.0.1', allow_host=[], camera=0) | changes
    with pytest.raises(UsageError, match=said):
        _check_camera(Namespace(**given))


@pytest.mark.browser
def test_a_browser_shows_the_camera_and_stops_it(serving, virtual, wait_until):
    path = find_chromium()
    playwright = pytest.importorskip('playwright.sync_api')
    if path is None:
        pytest.skip('no Chromium')
    server = serving(no_work, camera=virtual.view)
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=path, args=ARGUMENTS)
        page, problems = browser.new_page(), []
        page.on('pageerror', lambda error: problems.append(str(error)))
        page.goto(f'http://localhost:{server.port}')
        assert not virtual.opened and page.is_hidden('#camera-view')
        page.click('#camera-start')
        page.wait_for_selector('#camera-faces tr')
        assert page.inner_text('#camera-faces td:nth-child(2)') == 'b'
        assert 'knows nothing' in page.inner_text('#camera-note')
        page.wait_for_function('document.images[0].naturalWidth === 64')
        page.click('#camera-stop')
        wait_until(virtual.opened[0].closed.is_set)
        assert page.is_hidden('#camera-view') and page.is_hidden('#error')
        browser.close()
    assert problems == []
