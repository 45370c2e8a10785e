"""Many videos without a model: what a file says is what is found in it."""

import io
from types import SimpleNamespace

import pytest

from tgdfer_cli.main import parse
from tgdfer_mm.apis import command
from tgdfer_mm.terminal import Terminal
from tgdfer_mm.video.errors import InputError, Interrupted
from tgdfer_mm.video.settings import VideoSettings

CLASSES = ['happy', 'neutral']


class Reader:
    """Stands in for the inferencer, and keeps what it has read.

    A file with ``broken`` in it cannot be read, ``fault`` brings up what nobody thought
    of, ``nobody`` has no face, ``stop`` is where the user stops.
    """

    def __init__(self):
        self.about = dict(
            name='reader', sha256='0' * 64, classes=CLASSES, domain='real', note='Mind.'
        )
        self.runtime = SimpleNamespace(recipe=dict(network=dict(type='Reader')))
        self.detector = SimpleNamespace(describe=lambda: dict(name='none'))
        self.settings = VideoSettings()
        self.measured = None
        self.read = []

    def iterate(self, inputs, batch_size, progress):
        [path] = inputs
        self.read.append(path)
        with open(path) as file:
            text = file.read()
        if 'broken' in text:
            raise InputError(f'{path}: not a video')
        if 'fault' in text:
            raise ZeroDivisionError('by zero')
        if 'stop' in text:
            raise Interrupted(result_of(path, self.about, text))
        yield result_of(path, self.about, text)


def result_of(path, about, text):
    frames = dict(index=[0], time=[0.0], box=[[0, 0, 9, 9]], interpolated=[False])
    track = dict(
        id=1,
        start=0.0,
        end=1.0,
        label='happy',
        score=0.9,
        probabilities=[0.9, 0.1],
        frames=frames | dict(scores=[None], relevance=[None]),
        windows=[],
        intervals=[dict(start=0.0, end=0.75, emotion='happy', score=0.9)],
    )
    return dict(
        complete='part' not in text,
        warnings=['Mind.', 'no face found'] if 'nobody' in text else ['Mind.'],
        source=dict(path=path, frames=10, duration=1.0),
        model=about,
        tracks=[] if 'nobody' in text else [track],
    )


@pytest.fixture
def reader():
    return Reader()


@pytest.fixture
def videos(tmp_path):
    """Writes files into the folder ``videos``: their names, and what is in them."""

    def write(**texts):
        for name, text in texts.items():
            path = tmp_path / 'videos' / (name.replace('__', '/') + '.mp4')
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        return tmp_path / 'videos'

    return write


@pytest.fixture
def call(reader, monkeypatch, tmp_path):
    """Runs the command; gives its exit code and what it says."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(command, '_inferencer', lambda args: reader)
    for name in ('TORCHELASTIC_RUN_ID', 'RANK', 'WORLD_SIZE', 'LOCAL_RANK'):
        monkeypatch.delenv(name, raising=False)

    def run(*words, given=('videos',), out='out', pictures=False):
        words = [*given, *words, '--out', out]
        words += [] if pictures else ['--no-pictures']
        text = io.StringIO()
        code = command.run(parse('infer', words), Terminal(file=text, width=300))
        return code, text.getvalue()

    return run
