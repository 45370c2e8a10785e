"""The command ``tgdfer find``: reads new videos, searches, prints and writes."""

import time
from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path

from rich.table import Table
from rich.text import Text

from ...locks import BusyError
from ...terminal import Terminal, one_line
from ...video.clock import clock
from ...video.errors import INCOMPLETE, Interrupted, OutputError, VideoError
from ...visualization.video.words import COSINES_SAID, model_note
from ..command import changes_of, make_inferencer
from ..many.progress import ManyProgress
from ..many.video_folder import Video
from ..one_input import fault
from ..progress import frame_progress
from ..writing import prepare_folder
from .earlier_results import find_pages
from .faces import cut_moments
from .inventory import Inventory
from .library import DamagedFeaturesError, VideoLibrary
from .moments import Moment
from .queries import read_queries, text_features
from .writing import write_page, write_tables


def run(args: Namespace, console: Terminal | None = None) -> int:
    """Searches a folder; returns the exit code."""
    console = console or Terminal()
    try:
        inferencer = make_inferencer(args, **changes_of(args))
        library = VideoLibrary(args.folder, inferencer, args.index, args.step)
        queries = read_queries(args.texts, args.contrast)
        if queries:  # a wrong word is found before an hour of reading
            text_features(library.text_encoder, queries)
        if args.out is not None:
            prepare_folder(args.out)
        inventory = library.look()
        code = _fill(library, inventory, args, console)
        if code in (Interrupted.exit_code, OutputError.exit_code):
            return code
        _say_what_is_kept(library, inventory, console)
        if queries:
            moments = _search(library, inventory, queries, args, console)
            if args.out is not None:
                _write(moments, library, inventory, args, console)
    except VideoError as err:
        return _complain(console, err)
    return code


def _fill(
    library: VideoLibrary, inventory: Inventory, args: Namespace, console: Terminal
) -> int:
    """Reads missing videos; returns the exit code of the first that went wrong."""
    for sentence in inventory.sentences:
        console.note(sentence)
    code = 0
    for err in inventory.failed.values():  # folders that cannot be listed
        console.error(err)
        code = err.exit_code
    missing, total = inventory.missing, inventory.count
    if not missing:
        return code
    if args.no_read:
        console.note(f'{len(missing)} of {total} videos are not read, and left out')
        return code
    size = sum(video.size for video in missing) / 1e6
    console.print(
        f'{len(missing)} of {total} videos are not in the index and are read now: '
        f'{size:,.0f} MB{inventory.time_to_read()}',
        soft_wrap=True,
    )
    with ManyProgress(missing, console) as progress:
        waiting = []
        for turn, videos in enumerate((missing, waiting)):
            for video in videos:
                try:
                    found = _read_one(library, inventory, video, progress, turn == 1)
                except BusyError:  # another process reads it: the others first
                    waiting.append(video)
                except KeyboardInterrupt:
                    console.print('stopped with Ctrl-C; what was read is kept')
                    return Interrupted.exit_code
                except OutputError as err:
                    return _complain(console, err)
                else:
                    code = code or found
    return code


def _read_one(
    library: VideoLibrary,
    inventory: Inventory,
    video: Video,
    progress: ManyProgress,
    wait: bool,
) -> int:
    """Reads one video and prints the outcome; returns the exit code."""
    name, start = one_line(video.name), time.monotonic()
    try:
        kept = library.read(video.path, progress.reading(video), wait)
    except (BusyError, OutputError):
        raise
    # After any error the next video is still read.
    except Exception as err:
        known = err if isinstance(err, VideoError) else fault(video.path, err)
        inventory.failed[Path(video.path)] = known
        progress.finished(video, Text('error:', 'red'), one_line(known))
        return known.exit_code
    inventory.take(kept)
    taken = time.monotonic() - start
    said = f'{kept.about["duration"]:.0f} s in {taken:.0f} s'
    if kept.about['complete']:
        progress.finished(video, name, said)
        return 0
    problems = one_line('; '.join(kept.about['warnings']))
    progress.finished(video, name, said, Text('not complete:', 'yellow'), problems)
    return INCOMPLETE


def _search(
    library: VideoLibrary,
    inventory: Inventory,
    queries: Sequence,
    args: Namespace,
    console: Terminal,
) -> list[Moment]:
    start = time.monotonic()
    moments = None
    while moments is None:
        try:
            kept = list(inventory.kept.values())
            moments = library.search(kept, queries, args.count)
        except DamagedFeaturesError as err:
            console.note(f'{err} The video is read again.')
            library.forget(err.video)
            inventory.take(library.read(err.video, frame_progress))
    console.note(model_note(library.about))
    if not moments:
        console.note('there is no frame with a face in the index')
        return []
    for query in queries:
        own = [moment for moment in moments if moment.query == query.name]
        console.print(one_line(query.name), style='bold', soft_wrap=True)
        table = Table()
        for name in ('', 'video', 'face', 'from', 'to', 'best at', 'score'):
            table.add_column(name, justify='left' if name == 'video' else 'right')
        for each in own:
            times = (clock(v) for v in (each.start, each.end, each.time))
            table.add_row(
                str(each.rank),
                one_line(library.name_of(each.video)),
                str(each.track),
                *times,
                f'{each.score:.3f}',
            )
        console.print(table)
    console.print(COSINES_SAID)
    console.print(f'searched in {time.monotonic() - start:.1f} s')
    return moments


def _write(
    moments: Sequence[Moment],
    library: VideoLibrary,
    inventory: Inventory,
    args: Namespace,
    console: Terminal,
) -> None:
    folder = Path(args.out)
    files = write_tables(moments, folder, library.about['note'])
    videos = list(inventory.kept.values())
    faces = cut_moments(moments, videos, library.max_pixels)
    pages = find_pages(moments, args.results, library.root)
    notes = [str(err) for err in inventory.failed.values()]
    files.append(write_page(moments, faces, pages, folder, library.about, notes))
    for file in files:
        console.print(f'wrote {one_line(file)}', soft_wrap=True)


def _say_what_is_kept(
    library: VideoLibrary, inventory: Inventory, console: Terminal
) -> None:
    kept = inventory.kept.values()
    frames = sum(len(each.features) for each in kept)
    hours = sum(each.about['duration'] for each in kept) / 3600
    console.print(
        f'{len(inventory.kept)} videos in the index, {hours:.2f} h, {frames:,} frames '
        f'of faces, {library.features.size() / 1e6:.1f} MB in '
        f'{one_line(library.features.folder)}',
        soft_wrap=True,
    )


def _complain(console: Terminal, err: VideoError) -> int:
    console.error(err)
    return err.exit_code
