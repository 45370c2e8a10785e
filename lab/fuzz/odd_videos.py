"""Odd videos, made at random with FFmpeg."""

import os
import random
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from lab.film import FilmSpec, write_film

# Codecs that fit a container: of the pictures, and of the sound.
FORMATS = {
    'mp4': ('libx264 mpeg4 mjpeg libx265', 'aac mp3 ac3 alac'),
    'mov': ('mjpeg prores_ks libx264 qtrle rawvideo png', 'pcm_s16le aac'),
    'mkv': (
        'libx264 ffv1 mpeg4 libvpx rawvideo huffyuv',
        'libvorbis flac libopus pcm_s16le aac mp3 ac3',
    ),
    'webm': ('libvpx libvpx-vp9', 'libopus libvorbis'),
    'avi': ('mpeg4 mjpeg ffv1 msmpeg4v2 rawvideo', 'mp3 pcm_s16le ac3'),
    'wmv': ('wmv1 wmv2', 'wmav2'),
    'flv': ('flv libx264', 'mp3 aac'),
    'ts': ('libx264 mpeg2video', 'aac mp2 ac3'),
    'mpg': ('mpeg1video mpeg2video', 'mp2'),
    'ogv': ('libtheora', 'libvorbis flac'),
    'gif': ('gif', ''),
    'apng': ('apng', ''),
    'h264': ('libx264', ''),
    'm4v': ('mpeg4', ''),
    'y4m': ('rawvideo', ''),
    'ivf': ('libvpx', ''),
    'nut': ('ffv1 mpeg4', 'pcm_s16le mp3'),
    'mxf': ('mpeg2video', 'pcm_s16le'),
}
_MUXER = {'m4v': 'm4v', 'apng': 'apng', 'y4m': 'yuv4mpegpipe'}
_PIXELS = {
    'libx264': 'yuv420p yuv420p yuv444p gray yuv422p yuv420p10le',
    'ffv1': 'yuv420p gray gray16le yuva420p bgr0 yuv444p10le',
    'apng': 'rgb24 rgba gray pal8',
    'png': 'rgb24 rgba gray',
    'rawvideo': 'yuv420p rgb24 gray',
    'mjpeg': 'yuvj420p yuvj444p',
    'qtrle': 'rgb24 argb gray',
    'prores_ks': 'yuv422p10le',
    'libvpx': 'yuv420p yuva420p',
    'huffyuv': 'yuv422p rgb24',
}
_NAMES = (
    '10-30',
    '10:30',
    '%03d',
    'a|b',
    'file:x',
    'http:',
    'concat:a',
    '-',
    'ü 笑 [1]',
)
_NAMES += ('new\nline', '#', '?*', 'pipe:0', "it's", 'a' * 120)
JOINED = {'ts', 'mpg', 'h264', 'ogv'}  # two joined files are one file


@dataclass
class OddVideo:
    """A file and its true properties.

    Attributes:
        path: The file.
        kind: Description of the file.
        damage: Description of the damage; empty if none.
        whole: Frames before that, counted by a full decode.
        frames: Frames after it.
        size: Displayed width and height; None where a part differs.
        sound: True if it was made with sound.
        expect: The expected exit code; None if it follows from the frames.
    """

    path: Path
    kind: str
    damage: str = ''
    whole: int = 0
    frames: int = 0
    size: tuple[int, int] | None = None
    sound: bool = False
    expect: int | None = None


def make_videos(folder: Path, seed: int, count: int) -> list[OddVideo]:
    """Writes this number of videos; they are the same for one seed and one FFmpeg."""
    folder.mkdir(parents=True, exist_ok=True)
    film = folder.parent / 'film.mp4'
    write_film(film, FilmSpec(seed=seed, width=320, fps=10, shot=3.0, empty=0.0))
    rng, made = random.Random(seed), []
    while len(made) < count:
        place = folder / f'{len(made):03d}'
        place.mkdir(exist_ok=True)
        special = _SPECIAL[len(made)] if len(made) < len(_SPECIAL) else None
        video = special(place, film) if special else _make(place, film, rng)
        if video is not None:
            made.append(video)
        else:
            shutil.rmtree(place)  # this FFmpeg cannot make such a file
    return made


def count_frames(path: Path) -> int:
    """Decodes a file in full with FFmpeg."""
    told = _probe(path).get('nb_read_frames', '')
    return int(told) if told.isdecimal() else 0


def is_shown(path: Path) -> bool:
    """True if a file shows any of its pictures; an edit list can hide all of them."""
    command = ['ffprobe', '-v', 'quiet', '-select_streams', 'V:0', '-show_entries']
    command += ['packet=flags', '-of', 'csv=p=0', f'file:{path}']
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    return any('D' not in flags for flags in done.stdout.split())


def _probe(path: Path) -> dict[str, str]:
    entries = 'stream=width,height,sample_aspect_ratio,nb_read_frames'
    entries += ':stream_side_data=rotation'
    command = ['ffprobe', '-v', 'quiet', '-count_frames', '-select_streams', 'V:0']
    command += ['-show_entries', entries, '-of', 'default=nw=1', f'file:{path}']
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    pairs = (line.partition('=')[::2] for line in done.stdout.splitlines())
    found: dict[str, str] = {}
    for key, value in pairs:
        found.setdefault(key, value)
    return found


def _ffmpeg(*options: str) -> bool:
    command = ['ffmpeg', '-y', '-nostdin', '-v', 'error', '-threads', '1', *options]
    return subprocess.run(command, capture_output=True, timeout=120).returncode == 0


def _make(folder: Path, film: Path, rng: random.Random) -> OddVideo | None:
    kind = rng.choice(list(FORMATS))
    codec = rng.choice(FORMATS[kind][0].split())
    voices = FORMATS[kind][1].split()
    voice = rng.choice(voices) if voices and rng.random() < 0.6 else ''
    name = rng.choice(_NAMES) if rng.random() < 0.3 else 'video'
    path = folder / f'{name}.{kind}'
    made = _encode(path, kind, codec, voice, film, rng)
    if made is None:
        return None
    told = _probe(path)
    if not told.get('nb_read_frames', '').isdecimal():
        return None
    made.whole, made.size = int(told['nb_read_frames']), _size(told)
    _damage(made, kind, codec, film, rng)
    made.frames = count_frames(path) if made.damage else made.whole
    return made


def _encode(path, kind, codec, voice, film, rng) -> OddVideo | None:
    pixels = rng.choice(_PIXELS.get(codec, 'yuv420p').split())
    even = '420' in pixels or '422' in pixels or codec in ('wmv1', 'wmv2', 'flv')
    sides = [
        rng.choice((16, 48, 96, 180, 240, 320)) + rng.randrange(-7, 8) for _ in '12'
    ]
    if rng.random() < 0.05 and not even:
        sides = [rng.randrange(1, 5), rng.randrange(1, 5)]
    if even:
        sides = [max(16, s // 2 * 2) for s in sides]
    fixed = codec in ('mpeg1video', 'mpeg2video') or kind == 'mxf'
    rate = rng.choice(
        ('25', '30000/1001') if fixed else ('5', '10', '12.5', '25', '60')
    )
    length = rng.choice((0.3, 1.0, 2.0, 3.0))
    filters = [f'fps={rate}', f'scale={sides[0]}:{sides[1]}']
    said, options = [codec, pixels, f'{sides[0]}x{sides[1]}'], []
    if rng.random() < 0.25 and kind not in ('gif', 'apng', 'h264', 'ivf'):
        filters.append(f'setsar={rng.choice(("4/3", "8/9", "16/11", "64/45", "2"))}')
        said.append(filters[-1])
    if rng.random() < 0.2 and kind in ('mp4', 'mkv', 'webm', 'mov', 'nut'):
        filters.append("select='lt(mod(n\\,7)\\,3)'")
        options += ['-fps_mode', 'vfr']
        said.append('variable rate')
    if rng.random() < 0.2 and kind in ('mp4', 'mov'):
        options += ['-metadata:s:v', f'rotate={rng.choice((90, 180, 270))}']
        said.append('turned')
    if rng.random() < 0.2:
        options += ['-output_ts_offset', rng.choice(('-2', '0.7', '5000'))]
        said.append(f'starts at {options[-1]}')
    if rng.random() < 0.2 and kind in ('mp4', 'mov'):
        options += ['-movflags', rng.choice(('faststart', 'frag_keyframe+empty_moov'))]
        said.append(options[-1])
    elif kind == 'mp4':
        options += ['-movflags', 'faststart'] if rng.random() < 0.6 else []
    if rng.random() < 0.15 and codec in ('mpeg2video', 'mpeg4'):
        options += ['-flags', '+ilme+ildct']
        said.append('interlaced')
    picture = rng.choice(('film', 'film', 'testsrc2=d=9', 'color=gray:d=9'))
    shown = ['-i', str(film)] if picture == 'film' else ['-f', 'lavfi', '-i', picture]
    inputs, sound = [*shown], ['-an']
    if voice:
        rate = rng.choice((8000, 16000, 44100, 48000))
        inputs += ['-f', 'lavfi', '-i', f'sine=d={length * rng.choice((0.5, 1, 2))}']
        sound = ['-c:a', voice, '-ar', '48000' if voice == 'libopus' else str(rate)]
        sound += ['-ac', rng.choice(('1', '2'))]
        said.append(f'sound {voice}')
    options += ['-f', _MUXER[kind]] if kind in _MUXER else []
    options += ['-strict', '-2', '-g', '12']
    if codec in ('libvpx', 'libvpx-vp9'):
        options += ['-deadline', 'realtime', '-cpu-used', '8']
    done = _ffmpeg(
        *inputs,
        *('-map', '0:v:0', *(['-map', '1:a'] if voice else [])),
        *('-vf', ','.join(filters), '-t:v', str(length), '-c:v', codec),
        *('-pix_fmt', pixels, *sound, *options, f'file:{path}'),
    )
    if not done or not path.is_file() or not path.stat().st_size:
        return None
    kind = f'{kind}: {", ".join(said)}'
    return OddVideo(path, kind, sound=bool(voice))


def _size(told: dict[str, str]) -> tuple[int, int]:
    """The size that players show."""
    width, height = int(told['width']), int(told['height'])
    above, _, below = told.get('sample_aspect_ratio', '').partition(':')
    if above.isdecimal() and below.isdecimal() and int(above) and int(below):
        width = max(1, round(width * int(above) / int(below)))
    turned = told.get('rotation', '0').lstrip('-') in ('90', '270')
    return (height, width) if turned else (width, height)


def _damage(made: OddVideo, kind: str, codec: str, film: Path, rng) -> None:
    path, way = made.path, rng.random()
    data = path.read_bytes()
    if way < 0.35:
        return
    if way < 0.75:
        tenth = rng.randrange(1, 10)
        path.write_bytes(data[: len(data) * tenth // 10])
        made.damage = f'cut at {tenth} tenths'
    elif way < 0.85:
        at = rng.randrange(len(data))
        hole = bytes(min(rng.choice((10, 1000, 10000)), len(data) - at))
        path.write_bytes(data[:at] + hole + data[at + len(hole) :])
        made.damage = f'{len(hole)} zeros at {at}'
    elif way < 0.92 or kind not in JOINED:
        path.write_bytes(
            data + rng.choice((bytes(5000), rng.randbytes(5000), b'x' * 9))
        )
        made.damage = 'junk behind it'
    else:
        other = path.with_name(f'other.{kind}')
        size = rng.choice(('96:96', '200:120'))
        if _ffmpeg(
            *('-i', str(film), '-t', '1', '-vf', f'scale={size}', '-an'),
            *('-r', '25', '-c:v', codec, f'file:{other}'),
        ):
            path.write_bytes(data + other.read_bytes())
            made.damage, made.size = f'joined with one of {size}', None


def _listing(text: str, name: str):
    def make(folder: Path, film: Path) -> OddVideo:
        path = folder / name
        path.write_text(text.format(film=film))
        return OddVideo(path, f'play list {name}', expect=3)

    return make


def _pipe(folder: Path, film: Path) -> OddVideo:
    path = folder / 'pipe.mp4'
    if not path.exists():
        os.mkfifo(path)
    return OddVideo(path, 'named pipe', expect=3)


def _endless(folder: Path, film: Path) -> OddVideo:
    path = folder / 'endless.mp4'
    path.unlink(missing_ok=True)
    path.symlink_to(path)
    return OddVideo(path, 'link to itself', expect=3)


def _device(folder: Path, film: Path) -> OddVideo:
    return OddVideo(Path('/dev/zero'), 'device', expect=3)


def _cover(folder: Path, film: Path) -> OddVideo | None:
    path = folder / 'cover.mp3'
    done = _ffmpeg(
        *('-f', 'lavfi', '-i', 'sine=d=1', '-i', str(film), '-map', '0', '-map', '1:v'),
        *('-frames:v', '1', '-c:v', 'mjpeg', '-disposition:v', 'attached_pic'),
        f'file:{path}',
    )
    return OddVideo(path, 'sound with a cover', expect=3) if done else None


_SPECIAL = [
    _listing(
        '#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\n{film}\n#EXT-X-ENDLIST\n',
        'a.m3u8',
    ),
    _listing(
        '#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\n{film}\n#EXT-X-ENDLIST\n',
        'b.mp4',
    ),
    _listing("ffconcat version 1.0\nfile '{film}'\n", 'c.mp4'),
    _listing('', 'empty.mkv'),
    _listing('no video at all\n', 'text.mp4'),
    *(_pipe, _endless, _device, _cover),
]
