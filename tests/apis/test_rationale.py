"""Why a face got its verdict, in the result and in all that shows it."""

import io
import json

import numpy as np
import pytest

from tests.visualization.video.conftest import make_result, make_track
from tgdfer_mm.apis.app.work import summarise
from tgdfer_mm.apis.measured_movements import MeasuredMovements
from tgdfer_mm.apis.rationale import add_rationale
from tgdfer_mm.apis.result import result_schema
from tgdfer_mm.apis.result_table import print_result
from tgdfer_mm.models.text.movement_texts import LEAST, named_movements
from tgdfer_mm.movements.values import UnitValues
from tgdfer_mm.terminal import Terminal
from tgdfer_mm.video.errors import UsageError
from tgdfer_mm.visualization.video.html_page import render_report

jsonschema = pytest.importorskip('jsonschema')

COUNT, BEST = 30, 15  # frames of a track, and the most relevant one


@pytest.fixture
def smile():
    """Scores of a text tower that sees a smile alone."""
    units = [m.units for m in named_movements()]
    scores = np.full(len(units), LEAST - 3, np.float16)
    scores[units.index(('AU12',))] = LEAST + 3
    return scores


def explained(values=None, **changes):
    relevance = [0.5] * COUNT
    relevance[BEST], relevance[22] = 5.0, 2.0
    track = make_track(**dict(relevance=relevance) | changes)
    add_rationale(track, values)
    return track


def fits(track):
    form = result_schema()
    jsonschema.validate(
        track['rationale'], form['$defs']['track']['properties']['rationale']
    )
    assert 'movements' not in track
    return track['rationale']


def test_the_most_relevant_frames_are_told_with_what_the_tower_reads(smile):
    rationale = fits(explained(movements={BEST: smile}))
    assert rationale['source'] == 'tower'
    times = [moment['time'] for moment in rationale['moments']]
    assert times == sorted(times)
    best = max(rationale['moments'], key=lambda moment: moment['relevance'])
    assert (best['frame'], best['time']) == (BEST, 1.5)
    [movement] = best['movements']
    assert movement['units'] == ['AU12'] and movement['text'] == 'lip corners pulled up'
    assert 0.99 < movement['value'] < 1
    others = [m for m in rationale['moments'] if m is not best]
    assert [moment['movements'] for moment in others] == [None]  # it did not look


def test_a_moment_names_the_class_for_which_its_frame_is_relevant():
    track = make_track(relevance=[5.0 if i in (5, 25) else 0.1 for i in range(COUNT)])
    track['labels'] = ['fear' if i < 10 else 'sad' for i in range(COUNT)]
    track['label'] = 'neutral'
    add_rationale(track)
    assert 'labels' not in track
    assert [m['label'] for m in fits(track)['moments']] == ['fear', 'sad']
    said = table(make_result(track))
    assert 'neutral: most relevant are fear at 0:00.5 and sad at 0:02.5' in said


def test_a_face_at_rest_and_an_unknown_one_are_not_the_same(smile):
    calm = fits(explained(movements={BEST: np.minimum(smile, 0)}))
    assert [m['movements'] for m in calm['moments'] if m['frame'] == BEST] == [[]]
    unknown = fits(explained())
    assert unknown['source'] is None
    assert all(m['movements'] is None for m in unknown['moments'])


def test_a_model_that_names_no_frames_has_no_rationale(smile):
    silent = explained(relevance=[None] * COUNT, movements={BEST: smile})
    assert fits(silent) is None
    said = table(make_result(silent))
    assert 'does not say which frames count' in said


def test_measured_values_go_before_the_tower(smile):
    curve = np.full((COUNT, 2), np.nan)
    curve[BEST] = 0.9, 0.1
    rationale = fits(
        explained(UnitValues(('AU4', 'AU12'), curve), movements={BEST: smile})
    )
    assert rationale['source'] == 'values'
    [best] = [m for m in rationale['moments'] if m['frame'] == BEST]
    assert best['movements'] == [
        dict(text='brows strongly lowered and drawn together', units=['AU4'], value=0.9)
    ]


def table(result):
    file = io.StringIO()
    print_result(result, Terminal(file=file, width=200))
    return file.getvalue()


def test_table_page_and_summary_show_it(smile):
    track = explained(movements={BEST: smile})
    result = make_result(track)
    said = table(result)
    assert '0:01.5 (lip corners pulled up)' in said
    assert 'may be wrong' in said
    face = np.zeros((160, 160, 3), np.uint8)
    places = [m['frame'] for m in track['rationale']['moments']]
    page = render_report(result, track, b'', b'', dict.fromkeys(places, face))
    assert page.count('<figure>') == len(places)
    assert '<i>lip corners pulled up</i>' in page and 'may be wrong' in page
    [shown] = summarise(result)['tracks']
    told = {each['time']: each['movements'] for each in shown['frames']}
    assert told[1.5] == 'lip corners pulled up' and 'may be wrong' in shown['source']
    json.dumps(shown)


def test_results_of_earlier_versions_are_shown_without():
    result = make_result(make_track())
    assert 'which frames count' in table(result)
    assert summarise(result)['tracks'][0]['source'] == ''


@pytest.fixture
def values_file(tmp_path):
    def write(*clips):
        rows = [f'{clip},{i},0.8' for clip in clips for i in range(3)]
        path = tmp_path / 'values.csv'
        path.write_text('\n'.join(['clip,frame,AU12', *rows]) + '\n')
        return MeasuredMovements(path)

    return write


def spans(*pairs):
    return [dict(id=i, start=a, end=b) for i, (a, b) in enumerate(pairs, 1)]


def test_values_belong_to_the_video_of_their_name(values_file):
    measured, one = values_file('a', 'b'), spans((0, 1))
    found, said = measured.of_tracks('/x/a.mp4', one)
    assert found[0] is not None and not said
    found, said = measured.of_tracks('/x/other.mp4', one)
    assert found == [None] and "no values of 'other'" in said[0]
    found, said = values_file('a').of_tracks('/x/other.mp4', one)
    assert found == [None] and "of 'other', only of 'a'" in said[0]
    assert measured.of_tracks('/x/none.mp4', []) == ([], [])
    for frames, notes in ((2, 1), (3, 0), (4, 0)):
        found, said = measured.of_tracks('/x/a.mp4', one, frames)
        assert found[0] is not None and len(said) == notes


def test_a_table_that_names_no_clip_is_of_one_video_alone(tmp_path):
    path, one = tmp_path / 'values.csv', spans((0, 1))
    path.write_text('frame,AU12\n0,0.8\n')
    measured = MeasuredMovements(path)
    assert measured.of_tracks('a.mp4', [])[0] == []
    for name in ('a.mp4', 'b.mp4', 'a.mp4', 'values.mp4'):
        [found], said = measured.of_tracks(name, one)
        assert (found is None) == bool(said) == (name == 'b.mp4')
    strict = MeasuredMovements(path)
    strict.by_name = True
    assert strict.of_tracks('a.mp4', one)[0] == [None]
    assert strict.of_tracks('values.mp4', one)[0] != [None]


def test_several_faces_at_once_need_a_clip_each(values_file):
    both = spans((0, 2), (1, 3))
    found, said = values_file('a').of_tracks('a.mp4', both)
    assert found == [None, None] and 'a.track1' in said[0]
    found, said = values_file('a').of_tracks('a.mp4', spans((0, 1), (2, 3)))
    assert None not in found and not said
    found, said = values_file('a.track2').of_tracks('a.mp4', both)
    assert found[0] is None and found[1] is not None and not said


@pytest.mark.parametrize(
    'clips', [('a', 'a.track9', 'b.track9'), ('a.track1', 'a.track9')]
)
def test_a_clip_of_a_track_that_is_not_there_is_named(values_file, clips):
    found, said = values_file(*clips).of_tracks('a.mp4', spans((0, 1)))
    assert found[0] is not None and len(said) == 1
    assert 'a.track9 is left out' in said[0] and "'a' has no such track" in said[0]


def test_a_clip_of_a_like_name_belongs_to_another_video(values_file):
    one = spans((0, 1))
    for other in ('a.tracking', 'a.track', 'a.track1b', 'a.track1.x', 'aatrack9'):
        found, said = values_file('a', other).of_tracks('a.mp4', one)
        assert found[0] is not None and not said
    measured = values_file('a', 'a.track1', 'a.track9')
    measured.videos = {'a', 'a.track1', 'a.track9'}
    [ours], said = measured.of_tracks('a.mp4', one)
    assert ours is not None and not said
    [theirs], said = measured.of_tracks('a.track1.mp4', one)
    assert theirs is not None and theirs is not ours and not said


def test_a_file_that_holds_no_values_is_a_wrong_argument(tmp_path):
    path = tmp_path / 'bad.csv'
    path.write_text('frame,AU12\n0,high\n')
    with pytest.raises(UsageError, match="bad.csv, line 2, column 'AU12'"):
        MeasuredMovements(path)
    with pytest.raises(UsageError, match='no such file'):
        MeasuredMovements(tmp_path / 'absent.csv')
