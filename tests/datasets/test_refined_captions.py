"""Refined captions: gone on with, of what they are, refused when that changed."""

import json
import sys

import pytest

from tgdfer_mm.datasets.refined_captions import (
    clip_hash,
    read_refined,
    refine_captions,
)
from tgdfer_mm.datasets.transforms import AttachRefinedCaptions

CAPTIONS = {'1': 'he smiles', '2': 'she frowns'}


@pytest.fixture
def folder(tmp_path):
    """Captions, and a folder of frames each."""
    (tmp_path / 'captions.json').write_text(json.dumps(CAPTIONS))
    for clip in CAPTIONS:
        (tmp_path / clip).mkdir()
        (tmp_path / clip / '1.jpg').write_text(clip)
    return tmp_path


@pytest.fixture
def asked(monkeypatch):
    """The clips that a function was asked for, which stands for the command."""
    from tgdfer_mm.datasets import refined_captions

    asked = []

    def ask(command, clip, caption, path, timeout):
        asked.append(clip)
        return caption.upper()

    monkeypatch.setattr(refined_captions, '_ask', ask)
    return asked


def refine(folder, captions=CAPTIONS, **kwargs):
    clips = {clip: folder / clip for clip in captions}
    return refine_captions(captions, folder / 'out.jsonl', ['llm'], clips, **kwargs)


def attach(folder, **kwargs):
    paths = (folder / 'out.jsonl', folder / 'captions.json')
    return AttachRefinedCaptions(*map(str, paths), **kwargs)


def test_what_is_refined_stays_and_what_changed_is_asked_again(folder, asked):
    assert refine(folder) == {} and asked == ['1', '2']
    assert refine(folder) == {} and asked == ['1', '2']
    (folder / '2' / '1.jpg').write_text('other pictures')
    refine(folder)
    assert asked == ['1', '2', '2']
    refine(folder, {**CAPTIONS, '1': 'he grins'})
    assert asked == ['1', '2', '2', '1']
    refine(folder, refiner='another')
    assert asked[4:] == ['1', '2']
    assert read_refined(folder / 'out.jsonl')['1'].caption == 'HE SMILES'


def test_a_line_that_was_not_finished_is_written_anew(folder, asked):
    refine(folder)
    path = folder / 'out.jsonl'
    path.write_text(path.read_text()[:-20])
    with pytest.raises(ValueError, match='out.jsonl, line 2: no JSON'):
        read_refined(path)
    refine(folder)
    assert asked == ['1', '2', '2'] and len(read_refined(path)) == 2


def test_training_takes_the_refined_text(folder, asked):
    refine(folder, {'1': CAPTIONS['1']})
    results = dict(clip='1', frame_dir=str(folder / '1'))
    assert attach(folder)(results)['caption'] == 'HE SMILES'
    with pytest.raises(ValueError, match="out.jsonl has no text of clip '2'"):
        attach(folder)(dict(clip='2'))
    assert attach(folder, complete=False)(dict(clip='2'))['caption'] == 'she frowns'
    packed = dict(clip='1', frame_dir='nowhere')
    assert attach(folder)(packed)['caption'] == 'HE SMILES'


def test_another_text_or_other_pictures_are_refused(folder, asked):
    refine(folder)
    one = attach(folder)
    (folder / '1' / '2.jpg').write_text('one more')
    with pytest.raises(ValueError, match="clip '1' was refined from other pictures"):
        one(dict(clip='1', frame_dir=str(folder / '1')))
    changed = {**CAPTIONS, '2': 'she frowns deeply'}
    (folder / 'captions.json').write_text(json.dumps(changed))
    with pytest.raises(ValueError, match="clip '2' was refined from another caption"):
        attach(folder)


def test_the_hash_is_of_names_and_contents(folder):
    before = clip_hash(folder / '1')
    (folder / '1' / '.hidden').write_text('x')
    assert clip_hash(folder / '1') == before
    (folder / '1' / '1.jpg').rename(folder / '1' / '2.jpg')
    assert clip_hash(folder / '1') != before
    with pytest.raises(FileNotFoundError):
        clip_hash(folder / 'none')


@pytest.mark.parametrize(
    'program, message',
    [
        ('raise SystemExit(3)', 'ended with 3: it said nothing'),
        ('print()', 'printed no text'),
        ('import sys; sys.stdout.buffer.write(bytes([255]))', 'no text in UTF-8'),
    ],
)
def test_a_command_that_fails_is_told(folder, program, message):
    failed = refine_captions(
        {'1': 'x'}, folder / 'out.jsonl', [sys.executable, '-Sc', program]
    )
    assert message in failed['1']
    nobody = refine_captions({'1': 'x'}, folder / 'out.jsonl', ['no such program'])
    assert 'no such program' in nobody['1']


def test_lines_of_something_else_are_refused(folder):
    path = folder / 'out.jsonl'
    path.write_text('{"clip": "1", "caption": "x"}\n')
    with pytest.raises(ValueError, match='out.jsonl, line 1: a refined caption has'):
        refine(folder)
    with pytest.raises(FileNotFoundError, match='none.jsonl'):
        read_refined(folder / 'none.jsonl')


def test_a_command_that_takes_too_long_is_told(folder):
    command = [sys.executable, '-Sc', 'while True: pass']
    failed = refine_captions({'1': 'x'}, folder / 'out.jsonl', command, timeout=0.1)
    assert failed['1'].endswith('took longer than 0.1 s')
