"""Clips of faces: the frames, their number, which track they are of, what is said."""

import csv
import json

import cv2
import numpy as np
import pytest

from tgdfer_mm.clips.decoding import decode_with_cv2
from tgdfer_mm.clips.pack import Pack
from tgdfer_mm.datasets.tools.faces import read_face_data
from tgdfer_mm.datasets.tools.faces.report import make_report
from tgdfer_mm.video.analysis import Analysis, Prediction
from tgdfer_mm.video.errors import InputError, UsageError
from tgdfer_mm.video.faces import build_detector
from tgdfer_mm.video.reading import open_source
from tgdfer_mm.video.settings import VideoSettings


def frames_of(folder):
    paths = sorted(folder.glob('*.jpg'))
    return [decode_with_cv2(path.read_bytes()) for path in paths]


def seen_by_infer(path, detector, settings):
    """Crops that a model is fed, one list a track, and the tracks of the result."""
    crops = []

    def predict(windows):
        crops.extend(windows)
        return [Prediction(np.ones(1), None, None) for _ in windows]

    whole = settings.updated(dict(window=dict(frames=1000, seconds=100)))
    with open_source(path) as source:
        detector = build_detector(detector)
        analysis = Analysis(source, detector, predict, ['x'], whole)
        analysis.run()
    return crops, analysis.tracks()


def test_the_folders_stay_and_each_video_is_a_clip(films, make, tree, tmp_path):
    report = make(films)
    clips = {name.rpartition('/')[0] for name in tree(tmp_path / 'out')} - {''}
    assert clips == {'joy/a', 'joy/b', 'anger/c'}
    assert len(list((tmp_path / 'out/joy/a').iterdir())) == 12
    assert report['classes']['joy'] == dict(
        inputs=2,
        clips=2,
        whole=2,
        damaged=0,
        **{'several people': 0, 'several tracks': 0},
    )
    assert report['classes']['anger']['no face'] == 1
    assert not report['ok']


@pytest.mark.parametrize(
    ('sources', 'classes'),
    [
        (['joy/anna/a.mp4', 'joy/b.mp4', 'anger/anna/c.mp4'], ['joy', 'joy', 'anger']),
        (['train/joy/a.mp4', 'test/joy/b.mp4'], ['train/joy', 'test/joy']),
        (['train/joy/a.mp4'], ['train']),
        (['a.mp4', 'joy/b.mp4'], ['(none)', 'joy']),
    ],
)
def test_videos_are_counted_by_class_and_not_by_person(sources, classes):
    about = dict(status=None, clips=[], damaged=0, people=0, tracks=0)
    records = [dict(source=source, **about) for source in sources]
    report = make_report(dict(pixel_version='f'), records, {}, None)
    assert [each['class'] for each in report['inputs']] == classes
    assert report['classes'].keys() == set(classes)


def test_infer_sees_the_crops_that_the_files_have(put, make, squares, tmp_path):
    picture, moving, find, settings = squares
    ground = np.linspace(0, 140, 96).astype(np.uint8)[None, :, None]
    shown = [np.maximum(f[..., :1], ground).repeat(3, 2) for f in moving(14)]
    path = put('x/a.mp4', shown)
    make()
    files = np.array(frames_of(tmp_path / 'out/x/a')).astype(int)
    [fed], _ = seen_by_infer(path, find, settings)
    assert len(fed) == len(files) == 14
    codes = [cv2.imencode('.jpg', f, [cv2.IMWRITE_JPEG_QUALITY, 95])[1] for f in fed]
    through_jpeg = np.array([cv2.imdecode(c, cv2.IMREAD_COLOR) for c in codes])
    fed = np.array(fed).astype(int)
    loss = np.abs(through_jpeg - fed).mean()
    assert np.abs(files - fed).mean() < 1.5 * loss + 0.1
    apart = np.abs(files[:, None] - fed[None]).mean(axis=(2, 3, 4))
    assert apart.argmin(axis=1).tolist() == list(range(14))  # each is its own frame


def test_frames_at_which_the_face_was_missed_are_in_the_clip_as_infer_has_them(
    put, make, squares, tmp_path
):
    picture, moving, find, settings = squares
    shown = moving(14)
    shown[5:8] = [picture()] * 3  # shorter than max_gap
    path = put('x/a.mp4', shown)
    report = make()
    [clip] = report['inputs'][0]['clips']
    [fed], [track] = seen_by_infer(path, find, settings)
    assert clip['frames'] == len(fed) == 14
    assert clip['interpolated'] == sum(track['frames']['interpolated']) > 0


def test_a_longer_gap_ends_the_clip_as_it_ends_a_track(put, make, squares, tmp_path):
    picture, moving, find, settings = squares
    shown = [picture((10, 10, 20))] * 30
    shown[8:18] = [picture()] * 10
    path = put('x/a.mp4', shown)
    report = make(tracks='all')
    _, tracks = seen_by_infer(path, find, settings)
    clips = report['inputs'][0]['clips']
    assert [c['clip'] for c in clips] == ['x/a_1', 'x/a_2']
    spans = [(t['frames']['index'][0], t['frames']['index'][-1]) for t in tracks]
    assert [(c['first_frame'], c['last_frame']) for c in clips] == spans
    for clip, track in zip(clips, tracks, strict=True):
        assert clip['frames'] == len(track['frames']['index'])


def test_the_largest_face_over_time_is_taken(put, make, squares, tmp_path):
    picture, *_ = squares
    put('x/a.mp4', [picture((5, 5, 12), (60, 5, 24))] * 10)
    # Larger, but there for a third of the time.
    brief = [picture((5, 5, 18), (60, 5, 24))] * 5 + [picture((5, 5, 18))] * 15
    put('x/b.mp4', brief)
    report = make()
    first, second = report['inputs']
    assert first['people'] == second['people'] == 2
    assert [len(each['clips']) for each in (first, second)] == [1, 1]
    assert second['clips'][0]['frames'] == 20
    assert report['ok'] and report['classes']['x']['several people'] == 2


def test_every_track_is_numbered_as_in_a_result(put, make, squares, tmp_path):
    picture, _, find, settings = squares
    path = put('x/a.mp4', [picture((5, 5, 12), (60, 5, 24))] * 10)
    make(tracks='all')
    crops, tracks = seen_by_infer(path, find, settings)
    assert [t['frames']['box'][0][0] < 48 for t in tracks] == [True, False]
    for number, fed in enumerate(crops, 1):
        files = frames_of(tmp_path / f'out/x/a_{number}')
        assert np.abs(np.array(fed).astype(int) - np.array(files)).mean() < 3


def test_a_cut_ends_a_clip(put, make, squares):
    picture, moving, *_ = squares
    put('x/a.mp4', moving(8) + [255 - f for f in moving(8, start=20)])

    def anywhere(image):
        return [(10, 10, 40, 40)]

    report = make(tracks='all', faces=anywhere, video=dict(cut=27.0))
    spans = [(c['first_frame'], c['last_frame']) for c in report['inputs'][0]['clips']]
    assert spans == [(0, 7), (8, 15)]


def test_a_face_seen_too_briefly_is_told_from_none(put, make, squares):
    picture, moving, *_ = squares
    put('x/brief.mp4', [picture()] * 10 + moving(2) + [picture()] * 10)
    put('x/nobody.mp4', [picture()] * 10)
    statuses = {each['source']: each['status'] for each in make()['inputs']}
    assert statuses == {'x/brief.mp4': 'too short', 'x/nobody.mp4': 'no face'}


def test_a_folder_of_pictures_is_a_clip(tmp_path, make, squares):
    picture, moving, *_ = squares
    folder = tmp_path / 'raw/joy/d'
    folder.mkdir(parents=True)
    for number, image in enumerate(moving(10)):
        cv2.imwrite(str(folder / f'{number}.png'), image)
    report = make()
    assert len(list((tmp_path / 'out/joy/d').iterdir())) == 10
    assert report['inputs'][0]['source'] == 'joy/d'


def test_how_clips_were_made_lies_with_them_and_changes_the_settings_of_infer(
    films, make, tmp_path
):
    make(films, video=dict(crop=dict(margin=0.4)))
    found = read_face_data(tmp_path / 'out')
    settings = VideoSettings().updated(found.video)
    assert (settings.crop.size, settings.crop.margin, settings.every) == (32, 0.4, 2)
    assert settings.window == VideoSettings().window
    assert found.detector == dict(name='find_squares')
    other = make(films, tmp_path / 'second')
    assert other['pixel_version'] != found.pixel_version


def test_a_folder_that_others_made_says_nothing(tmp_path):
    assert read_face_data(tmp_path) is None


@pytest.mark.parametrize(
    'content',
    [
        *('', '[]', '{}'),
        '{"pixel_version": "x", "tracks": "all", "detector": {}, "video": 3}',
    ],
)
def test_a_damaged_note_is_named(tmp_path, content):
    (tmp_path / 'faces.json').write_text(content)
    with pytest.raises(ValueError, match='faces.json'):
        read_face_data(tmp_path)


def test_the_report_is_a_row_for_each_clip_and_each_loss(films, make, tmp_path):
    (films / 'joy/zero.mp4').write_bytes(b'')
    make(films)
    with (tmp_path / 'out/faces_report.csv').open(newline='') as file:
        rows = {row['source']: row for row in csv.DictReader(file)}
    assert {source: row['status'] for source, row in rows.items()} == {
        'anger/c.mp4': 'ok',
        'anger/nobody.mp4': 'no face',
        'joy/a.mp4': 'ok',
        'joy/b.mp4': 'ok',
        'joy/zero.mp4': 'unreadable',
    }
    assert rows['joy/a.mp4']['clip'] == 'joy/a' and rows['joy/a.mp4']['frames'] == '12'
    assert 'empty' in rows['joy/zero.mp4']['messages']
    report = json.loads((tmp_path / 'out/faces_report.json').read_text())
    assert report['classes']['joy']['unreadable'] == 1


def test_the_sheet_shows_what_went_wrong_first_and_names_as_they_are(
    films, make, put, squares, tmp_path
):
    put('joy/a <b>&"c" #1 50%.mp4', squares[1](8))
    make(films)
    page = (tmp_path / 'out/contact_sheet.html').read_text()
    assert page.index('anger/nobody.mp4') < page.index('joy/a')
    assert 'a &lt;b&gt;&amp;&#34;c&#34; #1 50%' in page and '<b>&' not in page
    assert 'joy/a%20%3Cb%3E%26%22c%22%20%231%2050%25/000001.jpg' in page
    assert page.count('<img') == 6 * 4 + 1  # a still of the video without a face


def test_a_folder_that_is_not_there_or_has_no_video_is_a_sentence(tmp_path, make):
    with pytest.raises(InputError, match='is not there'):
        make(tmp_path / 'nowhere')
    (tmp_path / 'raw').mkdir()
    with pytest.raises(InputError, match='holds no video'):
        make()
    assert not (tmp_path / 'out').exists()


@pytest.mark.parametrize('out', ['raw', 'raw/out', '.'])
def test_neither_folder_is_in_the_other(films, make, tmp_path, out):
    with pytest.raises(UsageError, match='may be in the other'):
        make(films, tmp_path / out)


def test_the_frames_of_all_clips_are_in_one_file_too(
    films, make, put, squares, tmp_path
):
    path = tmp_path / 'out/clips.pack'
    report = make(films, pack=True)
    pack = Pack(path)
    assert pack.clips == ['anger/c', 'joy/a', 'joy/b']
    assert pack.pixel_version == report['pixel_version']
    file = tmp_path / 'out/joy/a/000012.jpg'
    assert pack.read('joy/a', 11) == file.read_bytes()
    put('deep/er/d.mp4', squares[1](7))
    make(films)
    assert not path.exists()  # it would lack a clip
    make(films, pack=True)
    assert 'deep/er/d' in Pack(path)


def test_names_that_are_numbers_are_filled_up(put, make, squares):
    for name in ('7', '12345', '123456', 'x/8', '1a'):
        put(f'{name}.mp4', squares[1](6))
    made = make(digits=5)['inputs']
    assert {c['clip'] for each in made for c in each['clips']} == {
        *('00007', '12345', '123456', 'x/8', '1a')
    }
