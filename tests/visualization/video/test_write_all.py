import re
from html.parser import HTMLParser

import numpy as np
import pytest

from tgdfer_mm.visualization.video import limits_of_use, render_report, write_all
from tgdfer_mm.visualization.video.thumbnails import SIZE, cut_face


class Page(HTMLParser):
    """Tags, texts and everything that a browser might fetch."""

    def __init__(self, html):
        super().__init__()
        self.tags, self.text, self.fetched = [], '', []
        self.feed(html)
        self.fetched += re.findall(r'url\((.*?)\)', html)

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        self.tags.append((tag, attrs))
        names = ('src', 'srcset', 'href', 'poster', 'data', 'action')
        self.fetched += [attrs[n] for n in names if n in attrs]

    def handle_data(self, data):
        self.text += data

    def all(self, tag):
        return [attrs for name, attrs in self.tags if name == tag]


def report(made, track=None, **kwargs):
    track = track or made.track()
    face = np.zeros((SIZE, SIZE, 3), np.uint8)
    result = made.result(track, **kwargs)
    return render_report(result, track, b'wide', b'narrow', {15: face})


def test_a_report_asks_nothing_of_the_network(made):
    page = Page(report(made))
    assert page.fetched and all(f.startswith('data:') for f in page.fetched)
    assert not page.all('script')
    policy = [m['content'] for m in page.all('meta') if 'content' in m]
    assert any("default-src 'none'" in p for p in policy)


def test_a_report_can_be_read_without_seeing_the_pictures(made):
    page = Page(report(made))
    assert page.all('html')[0]['lang'] == 'en'
    assert len(page.all('h1')) == 1 and len(page.all('h2')) >= 5
    assert all(image['alt'] for image in page.all('img'))
    assert 'happy from 0:01.0 to 0:01.9' in page.all('img')[0]['alt']
    assert all('scope' in cell for cell in page.all('th'))
    assert any('width=device-width' in m.get('content', '') for m in page.all('meta'))


def test_a_report_says_what_was_used_and_what_it_is_not_for(made):
    text = ' '.join(Page(report(made)).text.split())
    for line in (*limits_of_use()['not_for'], *limits_of_use()['meaning']):
        assert line in text
    for said in ('ab' * 32, 'tgdfer_demo.py', 'dlib', 'knows only drawn faces'):
        assert said in text
    assert 'setting: shift0.0, -0.1' in text


def test_names_of_files_are_shown_not_run(made):
    html = report(made, path='/x/<script>alert(1)</script>"&.mp4')
    assert '<script' not in html and '&lt;/script' not in Page(html).text
    assert 'alert(1)' not in [a for _, attrs in Page(html).tags for a in attrs]


def test_a_report_of_a_track_that_was_never_judged(made):
    unseen = [None] * made.frames
    track = made.track(
        label=None,
        score=None,
        probabilities=None,
        scores=unseen,
        relevance=unseen,
        intervals=[],
    )
    html = render_report(made.result(track) | {'complete': False}, track, b'', b'', {})
    text = Page(html).text
    assert 'could be judged' in text and 'Not all of the video was read' in text


def test_all_files_are_written_and_the_progress_only_grows(made, film, tmp_path):
    shares = []
    result = made.result(made.track(1), made.track(2, count=9, first=20))
    files = write_all(result, film, tmp_path, shares.append, narrow=True)
    names = {'annotated.mp4'}
    for number in (1, 2):
        stem = f'track{number}'
        names |= {f'{stem}.png', f'{stem}_narrow.png', f'{stem}.html'}
    assert {f.name for f in files} == names == {f.name for f in tmp_path.iterdir()}
    assert shares == sorted(shares) and shares[0] == 0 and shares[-1] == 1


def test_a_video_without_faces_gets_no_tracks(made, film, tmp_path):
    assert [f.name for f in write_all(made.result(), film, tmp_path)] == [
        'annotated.mp4'
    ]


def test_what_the_progress_raises_ends_the_work_without_leftovers(made, film, tmp_path):
    def stop(share):
        raise InterruptedError

    with pytest.raises(InterruptedError):
        write_all(made.result(made.track()), film, tmp_path, stop)
    assert list(tmp_path.iterdir()) == []


def test_a_face_is_cut_out_square_and_grey_beyond_the_edge():
    picture = np.zeros((40, 60, 3), np.uint8)
    picture[10:30, 10:30] = (255, 0, 0)
    inside = cut_face(picture, np.array([10.0, 10.0, 30.0, 30.0]))
    assert inside.shape == (SIZE, SIZE, 3)
    assert (inside[SIZE // 2, SIZE // 2] == (255, 0, 0)).all()
    assert (inside[5, 5] == 0).all()
    beyond = cut_face(picture, np.array([-20.0, -20.0, 10.0, 10.0]))
    assert (beyond[5, 5] == 230).all() and (beyond[-5, -5] != 230).any()
    far = cut_face(picture, np.array([500.0, 500.0, 510.0, 510.0]))
    assert (far == 230).all()
