import av
import numpy as np
import pytest

from tgdfer_mm.video.reading import open_source
from tgdfer_mm.visualization.video import annotated_video
from tgdfer_mm.visualization.video.marks import FaceMarker, caption


def annotate(result, source, out, sound=None):
    with open_source(source) as frames, annotated_video(result, out, sound) as video:
        for frame in frames:
            video.add(frame)
    return out


def decode(path):
    with av.open(str(path)) as file:
        return [(f.time, f.to_ndarray(format='rgb24')) for f in file.decode(video=0)]


def packets(path):
    with av.open(str(path)) as file:
        return [bytes(p) for p in file.demux(audio=0) if p.size]


def test_every_frame_is_there_at_its_time(made, film, tmp_path):
    out = annotate(made.result(made.track(), note=None), film, tmp_path / 'a.mp4')
    before, after = decode(film), decode(out)
    assert [t for t, _ in after] == pytest.approx([t for t, _ in before])
    height = made.size[1]
    away = np.s_[:5, :]  # far from the face
    for (_, a), (_, b) in zip(before, after, strict=True):
        assert np.abs(a[away].astype(int) - b[-height:][away]).mean() < 4


def test_what_has_to_be_said_stands_above_the_picture(made, film, tmp_path):
    """There the controls of a paused player do not cover it."""

    def first(note):
        result = made.result(made.track(), note=note)
        return decode(annotate(result, film, tmp_path / 'a.mp4'))[0][1]

    def shape(note):
        return first(note).shape

    height, width = made.size[::-1]
    bare, said = first(None).astype(int), first('knows little')
    below = np.s_[-height + 8 :]  # sides are even, so a line may be added
    assert np.abs(said[below] - bare[below]).mean() < 8

    # Without a note it says that scores are uncalibrated.
    assert height < shape(None)[0] <= shape('knows little')[0]
    short, long = shape('knows little'), shape('knows little ' * 5)
    assert height < short[0] < long[0]
    assert short[1] == long[1] == width


def test_a_caption_shows_every_word():
    def ink(text, width=200):
        strip = caption(text, width, 12)
        assert not (strip[:, -2:] > 100).any()  # nothing is cut off
        return (strip > 100).sum()

    assert ink('one two three four five', 60) == pytest.approx(
        ink('one two three four five', 400), rel=0.05
    )


def test_a_variable_rate_is_kept(made, tmp_path):
    times = [0, 0.04, 0.5, 0.54, 1.3, 1.31]
    film = made.film(tmp_path / 'film.mkv', times=times)
    result = made.result(made.track(count=6), frames=6)
    after = decode(annotate(result, film, tmp_path / 'a.mp4'))
    assert [t for t, _ in after] == pytest.approx(times, abs=0.002)


def test_odd_sizes_are_padded(made, tmp_path):
    film = made.film(tmp_path / 'film.mkv', size=(65, 49))
    result = made.result(made.track(), width=65, height=49, note=None)
    _, picture = decode(annotate(result, film, tmp_path / 'a.mp4'))[0]
    assert picture.shape[1:] == (66, 3)
    assert picture.shape[0] > 50 and picture.shape[0] % 2 == 0


def test_aac_is_copied_byte_for_byte(made, tmp_path):
    film = made.film(tmp_path / 'film.mp4', sound='aac')
    out = annotate(made.result(made.track()), film, tmp_path / 'a.mp4', film)
    assert packets(out) == packets(film)
    with av.open(str(out)) as file:
        kinds = [s.type for s in file.streams]
        length = float(file.streams.audio[0].duration * file.streams.audio[0].time_base)
    assert kinds == ['video', 'audio'] and length == pytest.approx(3.0, abs=0.1)


def test_sound_that_mp4_players_do_not_know_is_encoded_anew(made, tmp_path):
    film = made.film(tmp_path / 'film.mkv', sound='pcm_s16le')
    out = annotate(made.result(made.track()), film, tmp_path / 'a.mp4', film)
    with av.open(str(out)) as file:
        assert file.streams.audio[0].codec_context.name == 'aac'
        heard = np.concatenate([f.to_ndarray().ravel() for f in file.decode(audio=0)])
    assert len(heard) == pytest.approx(3.0 * 16000, rel=0.05)
    spectrum = np.abs(np.fft.rfft(heard))
    loudest = spectrum.argmax() / len(heard) * 16000
    assert loudest == pytest.approx(16000 / (2 * np.pi * 6), rel=0.02)


def test_an_error_leaves_no_file(made, film, tmp_path):
    with pytest.raises(RuntimeError), open_source(film) as frames:
        with annotated_video(made.result(made.track()), tmp_path / 'a.mp4') as video:
            video.add(next(iter(frames)))
            raise RuntimeError
    assert list(tmp_path.iterdir()) == []


def marked(made, index=15, picture=None, scale=1.0, **changes):
    marker = FaceMarker(made.result(made.track(**changes)), scale)
    ground = np.full((64, 96, 3), 128, np.uint8) if picture is None else picture
    return marker.draw(index, ground)


def test_the_box_is_where_the_face_is_and_the_rest_is_untouched(made):
    changed = (marked(made) != 128).any(2)
    assert changed[10:50, 20].all() and changed[10, 20:60].all()
    assert not changed[30:45, 25:55].any()  # the face itself stays visible
    assert not changed[:, :18].any()


def test_boxes_follow_the_scale_of_the_frames(made):
    half = np.full((32, 48, 3), 128, np.uint8)
    changed = (marked(made, picture=half, scale=0.5) != 128).any(2)
    assert changed[6:25, 10].all() and not changed[19:21, 14:27].any()


def test_a_frame_without_a_face_is_untouched(made):
    assert (marked(made, index=99) == 128).all()


def test_the_bar_grows_with_the_relevance(made):
    def white(relevance):
        picture = marked(made, relevance=[relevance] * made.frames)
        return (picture[51:] == 255).all(2).sum()

    none, low, high, most = (white(r) for r in (None, 0.5, 3.0, 9.0))
    assert none == 0 and low < high < most
    assert most == white(4.0)  # a full bar


def test_the_bar_stays_between_frames_that_were_looked_at(made):
    def white(index, relevance):
        picture = marked(made, index=index, relevance=relevance)
        return (picture[51:] == 255).all(2).sum()

    second = [1.0, None, 3.0] + [None, 3.0] * 4 + [None] * (made.frames - 11)
    first, between, last = (white(index, second) for index in range(3))
    assert first < between < last
    assert white(20, second) == 0  # far from all of them


def test_interpolated_boxes_are_dashed(made):
    whole = marked(made, intervals=[])
    dashed = marked(made, intervals=[], interpolated=[True] * made.frames)
    white = [(p[30:45, 20:22] == 255).all(2).sum() for p in (whole, dashed)]
    assert 0 < white[1] < white[0]


@pytest.mark.parametrize(
    'box', [[-30, -20, 40, 30], [80, 50, 200, 90], [200, 200, 300, 300], [5, 5, 5, 9]]
)
def test_boxes_beyond_the_edge_are_drawn_as_far_as_they_are_inside(made, box):
    picture = marked(made, box=[box] * made.frames)
    assert picture.shape == (64, 96, 3)
    inside = box[0] < 96 and box[1] < 64 and box[2] - box[0] > 1
    assert (picture != 128).any() == inside
