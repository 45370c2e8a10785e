"""Files of captions: what is read, and what is wrong with them."""

import json
import re
from dataclasses import replace

import pytest

from lab.pretraining.sentences import every_phrase
from tgdfer_mm.datasets.caption_files import read_captions
from tgdfer_mm.datasets.transforms import AttachCaptions
from tgdfer_mm.synth.captions import caption_clip
from tgdfer_mm.synth.tree import SynthSpec

CAPTIONS = {'00001': 'He frowns, and looks away.', '00002': '她笑了'}


def write(path, text):
    path.write_bytes(text.encode())
    return path


@pytest.fixture
def csv_file(tmp_path):
    rows = (
        'note,clip,caption\n,00001,"He frowns, and looks away."\n\nx,00002, 她笑了 \n'
    )
    return write(tmp_path / 'captions.csv', rows)


def test_json_and_csv_say_the_same(tmp_path, csv_file):
    path = write(tmp_path / 'captions.json', '\ufeff' + json.dumps(CAPTIONS))
    assert read_captions(path) == read_captions(csv_file) == CAPTIONS


@pytest.mark.parametrize(
    'name, text, message',
    [
        ('a.json', '{', 'a.json is not a JSON file'),
        ('a.json', '[' * 100_000, 'a.json is not a JSON file'),
        ('a.json', f'{{"1": {"9" * 5000}}}', 'a.json is not a JSON file'),
        ('a.csv', f'clip,caption\n1,{"x" * 200_000}\n', 'a.csv, line 2: field larger'),
        ('a.json', '["x"]', 'expected {"<clip>"'),
        ('a.json', '{}', 'a.json has no captions'),
        ('a.json', '{"1": "x", "1": "y"}', "a.json, clip '1': .* occurs twice"),
        ('a.json', '{"1": "x", "2": 3}', "a.json, clip '2': .* not 3"),
        ('a.json', '{"1": " "}', "a.json, clip '1': .* has to be text"),
        ('a.csv', '', "a.csv, line 1: no column ['caption', 'clip']"),
        ('a.csv', 'clip,text\n1,x\n', "a.csv, line 1: no column ['caption']"),
        ('a.csv', 'clip,caption\n1,x\n2\n', 'a.csv, line 3: the caption'),
        ('a.csv', 'clip,caption\n\n,x\n', 'a.csv, line 3: no clip'),
        ('a.csv', 'clip,caption\n1,x, y\n', 'line 2: 3 cells .* quotes'),
        ('a.csv', 'clip,caption\n1,x\n1,y\n', "line 3: clip '1' occurs twice"),
        ('a.txt', 'clip,caption\n1,x\n', 'a.txt: a table has to end in'),
    ],
)
def test_errors_name_file_and_line(tmp_path, name, text, message):
    if '[' in message:
        message = re.escape(message)
    with pytest.raises(ValueError, match=message):
        read_captions(write(tmp_path / name, text))
    with pytest.raises(FileNotFoundError, match='none.json'):
        read_captions(tmp_path / 'none.json')


def test_clips_get_their_caption(csv_file):
    attach = AttachCaptions(str(csv_file))
    assert attach(dict(clip='00002'))['caption'] == '她笑了'
    with pytest.raises(ValueError, match="captions.csv has no caption of clip '3'"):
        attach(dict(clip='3'))
    partial = AttachCaptions(str(csv_file), complete=False)
    assert partial(dict(clip='3'))['caption'] == ''


def test_generated_clips_are_captioned_by_what_they_show():
    spec = SynthSpec(level='easy', clips_per_class=2)
    said = {}
    for planned in spec.plan()[:21]:
        clip = spec.clip(planned)
        text = caption_clip(clip, (0, planned.number))
        assert text == caption_clip(clip, (0, planned.number))
        said.setdefault(planned.emotion, []).append(text)
    known = {word for phrase in every_phrase() for word in phrase.split()}
    for texts in said.values():
        assert len(set(texts)) == 3
        words = {w for text in texts for w in text.replace(',', '').split()}
        assert words <= {w.replace(',', '') for w in known}


def test_the_apex_is_what_is_told():
    spec = SynthSpec(level='easy', clips_per_class=1)
    clip = spec.clip(spec.plan()[0])
    smile = replace(clip.movements[0], units={'AU12': 1.0})
    clip = replace(clip, movements=(smile, *clip.movements[1:]))
    for seed in range(5):
        text = caption_clip(clip, (seed,))
        assert any(word in text for word in ('up', 'raised')), text


def test_of_two_emotions_the_order_is_told():
    spec = SynthSpec(level='dynamics', clips_per_class=1)
    for planned in spec.plan()[:6]:
        clip = spec.clip(planned)
        back = replace(
            clip,
            movements=tuple(
                replace(m, intensity=m.intensity[::-1]) for m in clip.movements
            ),
        )
        assert caption_clip(clip, (0,)) != caption_clip(back, (0,)), planned.emotion
