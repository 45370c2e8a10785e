"""The survey of open_clip's models: what a row says, and what is kept of a file."""

import json
import os
from threading import Event

import open_clip
import pytest

from lab.paths import DOCS
from lab.towers import survey as module
from lab.towers.look import family_of, look_at
from lab.towers.page import count, page_text
from lab.towers.survey import is_done, read_survey, survey, versions

SMALL, LARGE = 'ViT-S-32-alt', 'xlm-roberta-base-ViT-B-32'
LIMIT = 25_000_000  # parameters: the first model is run, the other is not


@pytest.fixture(scope='module')
def found(tmp_path_factory):
    """Slow: forks, which a process that has computed with threads may not survive."""
    path = tmp_path_factory.mktemp('towers') / 'towers.json'
    lines = []
    survey([LARGE, SMALL], path, LIMIT, report=lines.append)
    return path, lines


@pytest.mark.slow
def test_a_small_model_is_run_and_a_large_one_built(found):
    rows = read_survey(found[0])['rows']
    image, text = rows[SMALL]['image'], rows[SMALL]['text']
    assert (image['state'], text['state']) == ('run', 'run')
    assert (image['width'], image['size'], image['stages']) == (256, 224, 12)
    assert image['checkpointing'] and not image['any_size']
    assert text['context_length'] == 77 and text['parameters'] < LIMIT
    assert rows[LARGE]['image']['state'] == 'built'
    assert "'xlm-roberta-base' of Hugging Face" in rows[LARGE]['text']['why']
    assert all(is_done(row, LIMIT) for row in rows.values())
    assert not is_done(rows[LARGE])  # under the limit of the page it has to be run


@pytest.mark.slow
def test_what_is_done_is_kept_and_named_in_the_file(found, monkeypatch):
    path, lines = found
    assert len(lines) == 2
    before = path.read_text()
    monkeypatch.setattr(module, 'look_at', None)  # would fail
    survey([SMALL, LARGE], path, LIMIT, report=lines.append)
    assert path.read_text() == before and len(lines) == 2
    other = json.loads(before) | {'versions': {'timm': '0'}}
    path.with_name('other.json').write_text(json.dumps(other))
    assert read_survey(path.with_name('other.json'))['rows'] == {}


@pytest.mark.parametrize(
    ('fault', 'seconds', 'why'),
    [
        (lambda *_: os._exit(9), 60, 'exit code 9'),
        (lambda *_: Event().wait(), 0.2, 'longer than 0.2 s'),
    ],
    ids=['dies', 'hangs'],
)
def test_a_model_that_dies_or_hangs_is_a_row_and_tried_again(
    fault, seconds, why, tmp_path, monkeypatch
):
    monkeypatch.setattr(module, 'look_at', fault)
    path = tmp_path / 'towers.json'
    row = survey([SMALL], path, seconds=seconds, report=str)['rows'][SMALL]
    assert row['image']['state'] == row['text']['state'] == 'failed'
    assert why in row['image']['why'] and not is_done(row)
    assert why in page_text(read_survey(path))


def test_an_error_is_a_sentence_of_its_row(monkeypatch):
    def fails(*_):
        raise ImportError('no module named nothing\nmore')

    monkeypatch.setattr('lab.towers.look.look_at_image', fails)
    monkeypatch.setattr('lab.towers.look.look_at_text', fails)
    row = look_at(SMALL)
    assert row['text'] == dict(
        state='failed', why='ImportError: no module named nothing'
    )


def test_both_work_only_if_each_does():
    states = [('run', 'run'), ('built', 'run'), ('run', 'no'), ('failed', 'built')]
    rows = {
        str(i): dict(image=dict(state=image), text=dict(state=text))
        for i, (image, text) in enumerate(states)
    }
    assert count(rows) == dict(image=(3, 2, 1), text=(3, 2, 1), both=(2, 1, 1))


def test_the_page_is_what_the_command_writes_and_has_every_model():
    found = json.loads((DOCS / 'towers.json').read_text(encoding='utf-8'))
    assert (DOCS / 'towers.md').read_text(encoding='utf-8') == page_text(found)
    if found['versions']['open_clip_torch'] == versions()['open_clip_torch']:
        assert {*found['rows']} == {*open_clip.list_models()}
    assert 'failed' not in str(found['rows'])
    assert all(row['family'] != 'other' for row in found['rows'].values())


def test_families_are_told_by_their_names():
    assert family_of('nllb-clip-base-siglip') == 'NLLB-CLIP'
    assert family_of('ViT-B-16-SigLIP2-256') == 'SigLIP2'
    assert family_of('ViT-B-16-SigLIP-i18n-256') == 'SigLIP'
    assert family_of('MobileCLIP2-S0') == 'MobileCLIP2'
    assert family_of('unheard-of') == 'other'
