"""The summary holds what is there, whatever names and rows say."""

import csv
import json
import re
from base64 import b64encode
from hashlib import sha256
from html.parser import HTMLParser
from urllib.parse import unquote

import pytest

from tgdfer_mm.apis.many.row import failed_row, read_row, row_of, write_row
from tgdfer_mm.apis.many.summary import write_summary

ABOUT = dict(name='m', sha256=None, classes=['happy'], domain='real', note='Mind.')
VIDEO = dict(seconds=1.0, frames=1, faces=[], label=None, score=None, shown={})
HOSTILE = ['<script>alert(1)<script>.mp4', '"><img src=x>.mp4', '=1+1.mp4', 'ü\n.mp4']


@pytest.fixture
def out(tmp_path):
    """An output folder with hostile names, a folder each."""
    for number, name in enumerate(HOSTILE):
        folder = tmp_path / name.replace('/', '')
        folder.mkdir()
        source = dict(path=name, frames=1, duration=float(number))
        result = dict(complete=True, warnings=[], tracks=[], source=source, model=ABOUT)
        write_row(row_of(name, result, dict(file=None), ['frames.csv']), folder)
    return tmp_path


class Reader(HTMLParser):
    """Collects the elements, and the text of the script."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.links, self.script = [], [], ''
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        self.links += [value for name, value in attributes if name in ('href', 'src')]

    def handle_data(self, data):
        if self.tags and self.tags[-1] == 'script' and not self.script:
            self.script = data


def test_hostile_names_are_text_on_the_page(out):
    write_summary(out)
    text = (out / 'index.html').read_text('utf-8')
    page = Reader(text)
    assert page.tags.count('script') == 1 and 'img' not in page.tags
    digest = b64encode(sha256(page.script.encode()).digest()).decode()
    policy = re.search('Content-Security-Policy" content="(.*?)"', text)[1]
    assert f"script-src 'sha256-{digest}'" in policy and "default-src 'none'" in policy
    links = [link for link in page.links if not link.startswith('data:')]
    assert len(links) == 4
    assert {unquote(link) for link in links} == {f'./{n}/frames.csv' for n in HOSTILE}


def test_it_says_whether_scores_are_calibrated(out):
    folder = out / HOSTILE[2]
    row = read_row(folder)
    known = dict(temperature=1.5, clips=9, people=3, dataset='DFEW')
    write_row(row | dict(model=row['model'] | dict(calibration=known)), folder)
    write_summary(out)
    page = (out / 'index.html').read_text('utf-8')
    assert 'Scores are uncalibrated' in page and '3 people, 9 clips, of DFEW' in page
    with (out / 'summary.csv').open(encoding='utf-8', newline='') as file:
        said = [row['scores_are'] for row in csv.DictReader(file)]
    assert sorted(said) == ['calibrated', *['uncalibrated'] * 3]


def test_a_name_is_no_formula(out):
    write_summary(out)
    with (out / 'summary.csv').open(encoding='utf-8', newline='') as file:
        names = {row['name'] for row in csv.DictReader(file)}
    assert names == {*HOSTILE} - {'=1+1.mp4'} | {'./=1+1.mp4'}
    lines = (out / 'summary.jsonl').read_text('utf-8').splitlines()
    assert {json.loads(line)['name'] for line in lines} == {*HOSTILE}


@pytest.mark.parametrize(
    'change',
    [
        dict(schema='other'),
        dict(state='odd'),
        dict(files=['../../x']),
        dict(video=[]),
        dict(video=dict(faces=['<b>'])),
        dict(video=VIDEO | dict(seconds=float('nan'))),
        dict(video=VIDEO | dict(frames=10**400)),
        dict(video=VIDEO | dict(shown=dict(sad=float('inf')))),
        dict(made_from=dict(file='a path')),
        dict(made_from=dict(model=[], settings={})),
        dict(model=None),
        dict(name=3),
        dict(
            model=dict.fromkeys(('name', 'sha256', 'note'))
            | dict(sure=True, calibration=3)
        ),
    ],
)
def test_a_damaged_row_is_one_that_failed(out, change):
    folder = out / HOSTILE[2]
    row = read_row(folder)
    assert row is not None
    write_row(row | change, folder)
    assert read_row(folder) is None
    rows = {row['folder']: row for row in write_summary(out)}
    assert len(rows) == 4
    assert 'is damaged' in rows[HOSTILE[2]]['remarks']


def test_results_of_several_models_are_said_to_be(out):
    write_summary(out)
    assert 'several models' not in (out / 'index.html').read_text('utf-8')
    row = read_row(out / HOSTILE[2])
    write_row(row | dict(made_from=dict(model='another')), out / HOSTILE[2])
    write_summary(out)
    assert 'several models' in (out / 'index.html').read_text('utf-8')


def test_classes_of_several_models_stand_next_to_each_other(out):
    row = read_row(out / HOSTILE[2])
    video = row['video'] | dict(shown=dict(sad=1.5))
    write_row(row | dict(video=video), out / HOSTILE[2])
    failed = failed_row('f.mp4', 'no video', {}, ABOUT)
    (out / 'f.mp4').mkdir()
    write_row(failed, out / 'f.mp4')
    write_summary(out)
    with (out / 'summary.csv').open(encoding='utf-8', newline='') as file:
        rows = {row['name']: row for row in csv.DictReader(file)}
    assert rows['./=1+1.mp4']['shown_sad'] == '1.5'
    assert rows['f.mp4']['shown_sad'] == rows['f.mp4']['seconds'] == ''


def test_an_empty_folder_has_an_empty_summary(tmp_path):
    assert write_summary(tmp_path) == []
    assert '0 videos' in (tmp_path / 'index.html').read_text('utf-8')
