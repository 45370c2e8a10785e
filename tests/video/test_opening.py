"""Opening: a name is never an address, and no file opens another one."""

import os
import socket
import threading

import numpy as np
import pytest

from lab.video_writing import write_video
from tgdfer_mm.clips.decoding import read_file
from tgdfer_mm.clips.errors import DamagedClipError
from tgdfer_mm.clips.media_files import names_other_files
from tgdfer_mm.video.errors import InputError, UsageError
from tgdfer_mm.video.opening import open_media
from tgdfer_mm.video.optional_packages import need
from tgdfer_mm.video.reading import open_source

NAMES = ['10:30.mp4', 'http:.mp4', 'tcp:127.0.0.1:9', 'file:x', 'concat:a|b', '-.mp4']
NAMES += ['%03d.png', '%03d.mp4', '*.mp4', '[a].mp4', 'two\nlines.mp4', 'pipe:0', 'a|b']
NAMES += ['data:video,x', 'crypto:x.mp4', '#.mp4', '?.mp4', 'http:', 'ü 笑.mp4']


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def frames(source):
    with open_source(source) as opened:
        return sum(1 for _ in opened)


@pytest.mark.parametrize('name', NAMES)
def test_a_relative_name_is_a_name(name, here, make_file):
    os.rename(make_file(), here / name)
    assert frames(name) == 12


def test_what_is_written_may_have_such_a_name_too(here):
    write_video('a:b.mp4', [np.zeros((48, 64, 3), np.uint8)] * 3, 10)
    assert frames('a:b.mp4') == 3


LISTS = {
    'hls': '#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\n{}\n#EXT-X-ENDLIST\n',
    'concat': "ffconcat version 1.0\nfile '{}'\n",
    'dash': '<?xml version="1.0"?>\n<MPD><BaseURL>{}</BaseURL></MPD>',
    'sdp': 'v=0\no=- 0 0 IN IP4 127.0.0.1\nc=IN IP4 127.0.0.1\nm=video 9 RTP/AVP 96\n',
    'sdp, far down': 's=' + 'x' * 5000 + '\nc=IN IP4 127.0.0.1\nm=video 9 RTP/AVP 96\n',
    'dash, far down': '<?xml version="1.0"?>' + ' ' * 5000 + '<MPD>{}</MPD>',
    'pls': '[playlist]\nFile1={}\n',
    'asx': '<ASX version="3.0"><Entry><Ref href="{}"/></Entry></ASX>',
    'asf': '[Reference]\nRef1={}\n',
    'xspf': '<?xml version="1.0"?>\n<playlist><track>{}</track></playlist>',
    'smil': '<smil><body><video src="{}"/></body></smil>',
    'edl': '# mpv EDL v0\n{}\n',
    'imf': '<?xml version="1.0"?>\n<CompositionPlaylist>{}</CompositionPlaylist>',
    'with a mark before': '\ufeff#EXTM3U\n#EXTINF:9,\n{}\n',
    'reference movie': '\0\0\0\x20moov\0\0\0\x18rmra\0\0\0\x10rmda{}',
}


@pytest.mark.parametrize('kind', LISTS)
@pytest.mark.parametrize('name', ['list.mp4', 'list.m3u8', 'list'])
def test_a_play_list_opens_no_other_file(kind, name, here, make_file):
    path = here / name
    path.write_text(LISTS[kind].format(make_file().name))
    assert names_other_files(path)
    with pytest.raises(InputError, match='is a play list'):
        frames(name)


@pytest.mark.parametrize('kind', ['hls', 'concat', 'sdp'])
@pytest.mark.parametrize('flags', [0, 0x10])
def test_a_tag_before_a_play_list_hides_it_from_nobody(kind, flags, here, make_file):
    footer = b'\0' * 10 if flags else b''
    tag = b'ID3\x04\0' + bytes([flags, 0, 0, 1, 2]) + b'\0' * 130 + footer
    text = LISTS[kind].format(make_file().name)
    (here / 'list.mp4').write_bytes(tag * 2 + text.encode())
    with pytest.raises(InputError, match='is a play list'):
        frames('list.mp4')


@pytest.mark.parametrize('kind', ['hls', 'concat'])
def test_nor_does_one_that_is_not_recognised(kind, here, make_file, monkeypatch):
    monkeypatch.setattr('tgdfer_mm.video.opening.names_other_files', lambda path: False)
    path = here / 'list.m3u8'
    path.write_text(LISTS[kind].format(make_file().name))
    with need('av').open(str(path)) as opened:  # FFmpeg alone reads it
        assert opened.streams.video
    with pytest.raises(InputError, match='not a video'):
        frames(path)


def test_nothing_connects(here):
    with socket.create_server(('127.0.0.1', 0)) as server:
        server.settimeout(0.2)
        address = f'127.0.0.1:{server.getsockname()[1]}'
        list_of = LISTS['hls'].format(f'http://{address}/a.ts')
        (here / 'list.m3u8').write_text(list_of)
        for source in (f'http://{address}/a.mp4', f'tcp://{address}', 'list.m3u8'):
            with pytest.raises(InputError):
                frames(source)
        with pytest.raises(TimeoutError):
            server.accept()


@pytest.mark.parametrize('source', ['https://a.b/c.mp4', 'rtsp://a.b/c', 'https:/a/b'])
def test_an_address_is_refused_with_a_sentence(source, here):
    with pytest.raises(InputError, match='not read from the network: download it'):
        open_source(source)


def within(seconds, work):
    """What it raised; fails if it takes longer."""
    found = []

    def run():
        try:
            found.append(work())
        except Exception as err:
            found.append(err)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(seconds)
    assert found, 'it waits for ever'
    return found[0]


@pytest.fixture(params=['pipe', 'device', 'endless link', 'folder', 'dangling link'])
def no_file(request, tmp_path):
    path = tmp_path / 'it.png'
    if request.param == 'pipe':
        os.mkfifo(path)
    elif request.param == 'folder':
        path.mkdir()
    else:
        device = {'device': '/dev/zero', 'endless link': path}
        path.symlink_to(device.get(request.param, tmp_path / 'nothing'))
    return path


def test_what_is_no_file_is_refused_at_once(no_file):
    assert isinstance(within(5, lambda: frames(no_file)), InputError)
    error = within(5, lambda: read_file('clip', str(no_file)))
    assert isinstance(error, DamagedClipError) and no_file.name in str(error)


def test_among_pictures_it_is_left_out_and_named(no_file, tmp_path):
    from PIL import Image

    for number in range(3):
        Image.new('RGB', (8, 6)).save(tmp_path / f'{number}.png')
    with open_source(tmp_path) as source:
        assert within(5, lambda: [f.index for f in source]) == [0, 1, 2]
    assert len(source.problems) == 1 and no_file.name in source.problems[0]


@pytest.mark.parametrize('name', ['x' * 300, '~nobody-here/x.mp4', 'a\0b', ''])
def test_names_that_cannot_be_are_refused(name, here):
    (here / '1.png').touch()
    with pytest.raises(InputError):
        open_source(name)


@pytest.mark.parametrize('index', [-1, -(2**40), 100, 2**31, 2**70])
def test_a_camera_has_a_number_from_0(index):
    with pytest.raises(UsageError, match='numbered from 0'):
        open_source(index)


def test_a_container_may_be_asked_for(make_file):
    path = make_file()
    with open_media(path, 'mov'):
        pass
    with pytest.raises(InputError, match='not a video'), open_media(path, 'matroska'):
        pass
