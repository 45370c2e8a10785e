"""A separate process gives the same frames; if it ends, the error is a sentence."""

import json
import os
import signal
import struct
import subprocess
import sys
import time
from pathlib import Path

import cv2
import numpy as np
import pytest

from tgdfer_mm.video.apart import process
from tgdfer_mm.video.apart.process import ProcessLimits
from tgdfer_mm.video.apart.source import ApartSource
from tgdfer_mm.video.errors import InputError, NoVideoError
from tgdfer_mm.video.video_file import VideoFileSource


def noise(count, size=(48, 64)):
    return np.random.default_rng(0).integers(0, 256, (count, *size, 3), np.uint8)


@pytest.fixture
def files(make_file, turn, variable_rate_file, long_sound_file, tmp_path):
    """Videos of which something is special, by name."""
    turned = make_file('turned.mp4')
    turn(turned)
    cut = make_file('cut.mkv', noise(40), codec='ffv1', pixels='bgr0')
    cut.write_bytes(cut.read_bytes()[: cut.stat().st_size // 2])
    damaged = make_file('damaged.avi', noise(20), codec='mjpeg', pixels='yuvj420p')
    data = bytearray(damaged.read_bytes())
    data[9000:9400] = bytes(400)
    damaged.write_bytes(data)
    changing = tmp_path / 'changing.mpegts'
    sizes = [(48, 64), (96, 48)]
    parts = [
        make_file(f'{h}.mpegts', noise(5, (h, w)), 25, codec='libx264')
        for h, w in sizes
    ]
    changing.write_bytes(b''.join(part.read_bytes() for part in parts))
    still = tmp_path / 'still.png'
    cv2.imwrite(str(still), noise(1)[0])
    return dict(
        large=make_file('large.mp4', [np.zeros((8, 2100, 3), np.uint8)]),
        turned=turned,
        variable=variable_rate_file[0],
        sound=long_sound_file,
        cut=cut,
        damaged=damaged,
        changing=changing,
        still=still,
    )


def everything(source):
    with source:
        told = source.info.asdict(), source.total
        frames = []
        for f in source:
            frames.append((f.index, f.time, f.scale, f.size, f.rgb, *f.small(32)))
        return told, source.info.asdict(), source.problems, source.notes, frames


def test_it_gives_what_this_process_does(files):
    for name, path in files.items():
        *facts, frames = everything(ApartSource(path))
        *expected, there = everything(VideoFileSource(path))
        assert facts == expected, name
        assert len(frames) == len(there) > 0
        for one, other in zip(frames, there, strict=True):
            for a, b in zip(one, other, strict=True):
                np.testing.assert_array_equal(a, b, name)


def test_frames_that_are_kept_can_be_looked_at_later(make_file):
    with ApartSource(make_file()) as source:
        late = [frame.rgb for frame in list(source)[::-1]]
    expected = everything(VideoFileSource(make_file()))[-1]
    for picture, facts in zip(late[::-1], expected, strict=True):
        np.testing.assert_array_equal(picture, facts[4])


def test_errors_are_those_of_this_process(tmp_path, audio_file):
    (tmp_path / 'text.mp4').write_text('no video\n' * 50)
    for path in (tmp_path / 'absent.mp4', tmp_path / 'text.mp4', audio_file):
        with pytest.raises(InputError) as here:
            VideoFileSource(path)
        with pytest.raises(InputError) as there:
            ApartSource(path)
        assert (str(here.value), type(here.value)) == (
            str(there.value),
            type(there.value),
        )
    with pytest.raises(NoVideoError):
        ApartSource(tmp_path / 'text.mp4')


@pytest.mark.skipif(not Path('/proc/self/maps').exists(), reason='asks Linux')
def test_it_loads_nothing_but_pyav_and_numpy(make_file):
    with ApartSource(make_file()) as source:
        loaded = Path(f'/proc/{source.pid}/maps').read_text()
    assert '/av/' in loaded and '/numpy/' in loaded
    assert not any(f'/{name}/' in loaded for name in ('torch', 'cv2', 'PIL', 'scipy'))


@pytest.mark.parametrize('end', [signal.SIGKILL, signal.SIGSEGV, signal.SIGXCPU])
def test_a_process_that_breaks_down_is_a_sentence(end, make_file):
    with ApartSource(make_file()) as source:
        frames = iter(source)
        next(frames)
        os.kill(source.pid, end)
        with pytest.raises(
            InputError, match=rf'film.mp4: .* broke down \({end.name}\)'
        ):
            list(frames)


def test_one_that_gives_no_picture_is_given_up(make_file):
    limits = ProcessLimits(patience=0.0)
    with ApartSource(make_file()) as source:
        os.kill(source.pid, signal.SIGSTOP)
        source._process._limits = limits
        with pytest.raises(InputError, match='no picture came in 0 seconds'):
            next(iter(source))
    assert not is_running(source.pid)


def test_one_that_sends_a_byte_now_and_then_is_given_up(
    make_file, tmp_path, monkeypatch
):
    child = tmp_path / 'child.py'
    child.write_text('import os, time\nwhile os.write(1, b"0"): time.sleep(0.1)\n')
    monkeypatch.setattr(process, '_CHILD', child)
    with pytest.raises(InputError, match='no picture came in 0.3 seconds'):
        ApartSource(make_file(), limits=ProcessLimits(patience=0.3))


def test_what_is_no_longer_wanted_is_not_waited_for(make_file):
    wanted = [True]

    def heed():
        if not wanted[0]:
            raise KeyError

    with ApartSource(make_file(), heed=heed) as source:
        os.kill(source.pid, signal.SIGSTOP)
        wanted[0] = False
        with pytest.raises(KeyError):
            next(iter(source))
    assert not is_running(source.pid)


@pytest.mark.skipif(sys.platform == 'darwin', reason='has no such limit')
def test_too_much_memory_is_a_sentence(tmp_path):
    path = tmp_path / 'large.png'
    cv2.imwrite(str(path), np.zeros((6000, 6000, 3), np.uint8))
    with pytest.raises(InputError, match='large.png: .*memory'):
        ApartSource(path, limits=ProcessLimits(memory=350_000_000))


@pytest.mark.parametrize(
    ('error', 'kind', 'said'),
    [
        ('MemoryError', InputError, r'film.mp4: .* than the 2.1 GB that are allowed'),
        ('NoVideoError', NoVideoError, '^why$'),
        ('KeyError', RuntimeError, 'the process that decodes: where'),
    ],
)
def test_an_error_over_there_is_one_here(
    error, kind, said, make_file, tmp_path, monkeypatch
):
    answer = json.dumps(dict(error=error, text='why', trace='where')).encode()
    child = tmp_path / 'child.py'
    content = struct.pack('>II', len(answer), 0) + answer
    child.write_text(f'import os\nos.write(1, {content!r})\n')
    monkeypatch.setattr(process, '_CHILD', child)
    with pytest.raises(kind, match=said):
        ApartSource(make_file())


@pytest.mark.skipif(sys.platform != 'linux', reason='asks Linux')
def test_it_has_its_limits(make_file):
    import resource

    kinds = resource.RLIMIT_AS, resource.RLIMIT_CPU, resource.RLIMIT_CORE
    with ApartSource(make_file()) as source:
        found = [resource.prlimit(source.pid, kind)[1] for kind in kinds]
    for limit, most in zip(found, (2 << 30, 3600, 0), strict=True):
        assert 0 <= limit <= most  # an own limit of this process may be lower


def is_running(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    state = Path(f'/proc/{pid}/stat')
    # It may wait for somebody to ask how it ended.
    return not state.exists() or state.read_text().rpartition(')')[2].split()[0] != 'Z'


PARENT = """
import sys, time
sys.path.insert(0, {folder!r})
import child
source = child.load('tgdfer_mm.video.apart.source').ApartSource({path!r})
print(source.pid, flush=True)
time.sleep(60)
"""


def test_it_ends_with_who_asks_it(make_file):
    from tgdfer_mm.video import apart

    code = PARENT.format(folder=str(Path(apart.__file__).parent), path=str(make_file()))
    command = [sys.executable, '-c', code]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as parent:
        pid = int(parent.stdout.readline())
        assert is_running(pid)
        parent.kill()
    end = time.monotonic() + 20
    while is_running(pid) and time.monotonic() < end:
        os.sched_yield()
    assert not is_running(pid)


def test_it_ends_with_its_source(make_file):
    source = ApartSource(make_file())
    list(source)
    assert is_running(source.pid)
    source.close()
    source.close()
    assert not is_running(source.pid)
    with pytest.raises(InputError):
        ApartSource(Path('/nowhere/film.mp4'))


def test_frames_that_are_gone_are_forgotten_there(make_file):
    with ApartSource(make_file()) as source:
        for frame in source:
            assert len(source._gone) <= 1
            del frame


@pytest.mark.skipif(not hasattr(signal, 'SIGRTMIN'), reason='has no such signals')
def test_a_signal_without_a_name_is_a_sentence_too(make_file):
    number = signal.SIGRTMIN + 6
    with ApartSource(make_file()) as source:
        os.kill(source.pid, number)
        with pytest.raises(InputError, match=rf'broke down \(signal {number}\)'):
            list(source)


LIAR = """
import json, os, struct, sys, time
answers = {answers!r}
for line, (text, data) in zip(sys.stdin.buffer, answers):
    os.write(1, struct.pack('>II', len(text), len(data)) + text + data)
sys.stdin.buffer.read()
"""
INFO = json.dumps(
    dict(info=dict(path='x', width=4, height=2, fps=10.0), total=3)
).encode()


@pytest.mark.parametrize(
    'answers',
    [
        [(b'no json', b'')],
        [(b'[' * 200_000, b'')],
        [(b'\xff', b'')],
        [(b'[]', b'')],
        [(b'{}', b'')],
        [(b'{"info": 5, "total": 3}', b'')],
        [(INFO.replace(b'10.0', b'0'), b'')],
        [(INFO.replace(b'10.0', b'"x"'), b'')],
        [(INFO.replace(b'4', b'[4]'), b'')],
        [(INFO, b''), (b'{}', b'')],
        [(INFO, b''), (b'{"problems": 5, "notes": []}', b'')],
        [(INFO, b''), (b'{"frame": 5}', b'')],
        [(INFO, b''), (b'{"frame": [0, "x", 4, 2, 0, 1.0]}', b'')],
        [(INFO, b''), (b'{"frame": [0, 0.0, 4, 2, 0, 1.0]}', b'12345')],
    ],
)
def test_one_that_answers_nonsense_has_broken_down(answers, tmp_path, monkeypatch):
    liar = tmp_path / 'liar.py'
    liar.write_text(LIAR.format(answers=answers))
    monkeypatch.setattr(process, '_CHILD', liar)
    with pytest.raises(InputError, match=r'film.mp4: .* broke down'):
        with ApartSource(Path('film.mp4')) as source:
            list(source)


def test_one_that_sends_byte_after_byte_is_given_up(tmp_path, monkeypatch):
    liar = tmp_path / 'liar.py'
    liar.write_text('import os\nwhile True:\n    os.write(1, bytes(1))\n')
    monkeypatch.setattr(process, '_CHILD', liar)
    monkeypatch.setattr(process, '_HEAD', struct.Struct('>II1000000000x'))
    with pytest.raises(InputError, match='no picture came in 0.2 seconds'):
        ApartSource(Path('film.mp4'), limits=ProcessLimits(patience=0.2))


@pytest.mark.skipif(not Path('/proc').is_dir(), reason='asks Linux')
def test_pictures_of_ever_new_shapes_take_no_more_threads(tmp_path):
    path = tmp_path / 'changing.mjpeg'
    shapes = [(40 + i, 190 - i, 3) for i in range(60)]
    pictures = [cv2.imencode('.jpg', np.zeros(s, np.uint8))[1] for s in shapes]
    path.write_bytes(b''.join(map(bytes, pictures)))
    with ApartSource(path) as source:
        assert [frame.rgb.shape for frame in source] == [shapes[0]] * 60
        assert len(list(Path(f'/proc/{source.pid}/task').iterdir())) < 200
    # In as little memory as a film of one shape takes.
    with ApartSource(path, limits=ProcessLimits(memory=1 << 30)) as source:
        assert len(list(source)) == 60
