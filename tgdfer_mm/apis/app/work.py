"""The work of a job: reads the video, draws the pictures, fills in the summary."""

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from ...video.clock import clock
from ...video.errors import InputError
from ...video.frames import Source
from ...visualization.video import ANNOTATED_NAME, write_all
from ...visualization.video.html_page import (
    INTERVALS,
    NO_INTERVAL,
    describe,
    intervals_of,
    lead,
    movements_of,
    notes_of,
    share_text,
)
from ...visualization.video.timeline import moments_to_show
from ...visualization.video.words import (
    headline,
    is_sure,
    model_note,
    rationale_source,
)
from ..inferencer import DFERInferencer
from ..writing import write_result
from .jobs import Job
from .sentences import say
from .uploads import Limits, add_sound_apart, check_length, open_upload

_READING = 0.7  # share of the time that reading takes, roughly


def analyse(job: Job, models: Callable[[str], DFERInferencer], limits: Limits) -> None:
    """Does a job with the inferencer of its model.

    Raises:
        VideoError: The video cannot be read or is too long.
        Cancelled: The job was cancelled.
    """
    job.step = 'Loading the model'
    inferencer = models(job.model)
    if job.texts:
        inferencer = inferencer.with_texts(job.texts, job.rest)
    job.step = 'Looking for faces and expressions'
    heed = _clock(job, limits)
    watch = _watcher(heed, limits)
    unwanted = partial(heed, None)
    with open_upload(job, limits, unwanted) as source:
        [result] = inferencer.iterate([source], progress=watch)
    result['source']['path'] = job.name  # our path is gone when the job ends
    result['warnings'] = [job.plain(warning) for warning in result['warnings']]
    job.step = 'Drawing'
    out = job.folder / 'results'
    out.mkdir()
    files, lost = write_result(result, out), []

    def add_sound(*paths: Path) -> str:
        lost.append(add_sound_apart(*paths, limits=limits, heed=unwanted))
        return lost[-1]

    with open_upload(job, limits, unwanted) as source:
        files += write_all(
            result,
            source,
            out,
            lambda share: heed(_READING + (1 - _READING) * share),
            narrow=True,
            add_sound=add_sound,
        )
    # The pages of the tracks already have it.
    result['warnings'] += filter(None, lost)
    job.summary = summarise(result)
    job.files = {file.name: file for file in files}


def summarise(result: dict[str, Any]) -> dict[str, Any]:
    """The texts and colours of a result that the page shows, as in the saved pages.

    The page only places them; it makes no texts of results by itself.
    """
    total, raw = result['source']['duration'], result['model']['note']
    count = len(result['tracks'])
    faces = {0: 'no face found', 1: 'one face track'}.get(count, f'{count} face tracks')
    return dict(
        title=f'{result["source"]["path"]}: {faces}',
        sure=is_sure(result),
        note=model_note(result['model']),
        # The note about the model is shown above them.
        notes=[line for line in notes_of(result) if (raw or '\n') not in line],
        caption=INTERVALS,
        none=NO_INTERVAL,
        video=ANNOTATED_NAME,
        tracks=[_summarise_track(result, track, total) for track in result['tracks']],
    )


def _summarise_track(result: dict, track: dict, total: float) -> dict[str, Any]:
    frames, words = track['frames'], movements_of(track)
    return dict(
        id=track['id'],
        headline=headline(track),
        lead=lead(track, total),
        alt=describe(track, total),
        picture=f'track{track["id"]}.png',
        narrow=f'track{track["id"]}_narrow.png',
        report=f'track{track["id"]}.html',
        intervals=intervals_of(result, track),
        frames=[
            dict(
                time=frames['time'][p],
                text=f'{clock(frames["time"][p], total)} '
                f'({share_text(frames["relevance"][p])}×)',
                movements=words.get(p, ''),
            )
            for p in moments_to_show(result, track)
        ],
        source=rationale_source(track),
    )


def _clock(job: Job, limits: Limits) -> Callable[[float | None], None]:
    """Notes progress; ends a job that is cancelled or takes too long."""
    end = time.monotonic() + limits.work

    def heed(share: float | None) -> None:
        job.advance(job.share if share is None else share)
        if time.monotonic() > end:
            raise InputError(say('took too long', limits=limits))

    return heed


def _watcher(
    heed: Callable[[float | None], None], limits: Limits
) -> Callable[[Source], AbstractContextManager[Callable[[], None]]]:
    """Progress for the inferencer; it also ends a video that is too long."""

    @contextmanager
    def watch(source: Source) -> Iterator[Callable[[], None]]:
        def advance() -> None:
            # A file may state a shorter length than it has.
            check_length(source.info.duration, source.info.frames, limits)
            share = source.info.frames / source.total if source.total else 0.0
            heed(_READING * min(share, 1.0))

        yield advance

    return watch
