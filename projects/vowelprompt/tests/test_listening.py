"""Clips are listened to; one that cannot be heard is named and left out."""

import numpy as np
import pytest

from lab.video_writing import write_video
from projects.vowelprompt.listening import listen
from tgdfer_mm.sound.reading import Sound
from tgdfer_mm.sound.text_grid import read_text_grid
from tgdfer_mm.synth.clips import make_clip
from tgdfer_mm.synth.voice import clip_sound
from tgdfer_mm.video.errors import InputError

BLACK = [np.zeros((48, 64, 3), np.uint8)] * 10


def voice(label='angry', number=1):
    return clip_sound(make_clip(0, number, label, 3), (0, number), 'true')


def test_what_a_person_says_is_scaled_over_all_clips_of_theirs():
    rows = [
        dict(clip=f'{i}', person='p', sound=voice(label, i))
        for i, label in enumerate(('angry', 'sad', 'surprise'))
    ]
    heard = listen(rows)
    assert [each.clip for each in heard] == ['0', '1', '2']
    together = np.concatenate([each.scaled for each in heard])
    np.testing.assert_allclose(together.mean(0), 0, atol=1e-9)
    assert all(each.numbers.shape == (12,) for each in heard)
    alone = listen([dict(row, person=None) for row in rows])
    for each in alone:
        np.testing.assert_allclose(each.scaled.mean(0), 0, atol=1e-9)
    assert (alone[0].scaled != heard[0].scaled).any()


def test_what_cannot_be_heard_is_named_and_the_others_stay(tmp_path):
    sound = voice()
    write_video(tmp_path / 'good.mp4', BLACK, 10, sound=sound)
    write_video(tmp_path / 'mute.mp4', BLACK, 10)
    (tmp_path / 'bad.mp4').write_bytes((tmp_path / 'good.mp4').read_bytes()[:-3000])
    names = ('bad', 'mute', 'gone', 'good')
    rows = [dict(clip=n, filename=str(tmp_path / f'{n}.mp4')) for n in names]
    said = []
    [heard] = listen(rows, report=said.append)
    assert heard.clip == 'good' and heard.stretches
    assert len(said) == 3 and all(line.endswith('left out') for line in said)
    assert said[1] == 'mute: has no sound; left out'
    assert 'bad.mp4' in said[0] and 'there is no such file' in said[2]


def test_silence_has_no_stretch_and_a_sentence():
    [heard] = listen([dict(clip='a', sound=Sound(np.zeros(16000, np.float32)))])
    assert heard.words == 'no voice is heard' and not heard.numbers.any()


@pytest.mark.parametrize('tier', ['phones', 'words'])
def test_vowels_of_a_text_grid_are_measured(tmp_path, tier):
    sound = voice()
    [plain] = listen([dict(clip='a', sound=sound)])
    at, end = plain.stretches[1].start, plain.stretches[1].end
    (tmp_path / 'a.TextGrid').write_text(
        'File type = "ooTextFile"\nObject class = "TextGrid"\n0 9 <exists> 1\n'
        f'"IntervalTier" "phones" 0 9 3\n0 {at} "B"\n{at} {end} "AH1"\n{end} 9 "T"\n'
    )
    said = []
    rows = [dict(clip='a', sound=sound), dict(clip='b', sound=sound)]
    heard = listen(rows, tmp_path, tier, said.append)
    if tier == 'words':
        assert heard == [] and "no tier 'words'" in said[0]
        return
    [stretch] = heard[0].stretches
    assert stretch.sound == 'AH1' and len(said) == 1 and 'b.TextGrid' in said[0]
    assert stretch.values == pytest.approx(plain.stretches[1].values, rel=0.01)


@pytest.mark.parametrize('start, overlap', [(0.5, False), (0.4995, False), (0.3, True)])
def test_intervals_that_overlap_are_refused_by_name(tmp_path, start, overlap):
    path = tmp_path / 'a.TextGrid'
    path.write_text(
        '"ooTextFile"\n"TextGrid"\n0 9 <exists> 1\n"IntervalTier" "phones" 0 9 2\n'
        f'0 0.5 "AH1"\n{start} 0.9 "IY1"\n'
    )
    if not overlap:
        assert len(read_text_grid(path)['phones']) == 2
        return
    said = r"a.TextGrid, line 6: the interval from 0.3 to 0.9 s \('IY1'\).*'phones'"
    with pytest.raises(InputError, match=said):
        read_text_grid(path)
