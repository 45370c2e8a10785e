"""The lines that are printed before the first of many videos and after the last."""

from pathlib import Path

from ...terminal import Terminal, one_line
from .shards import Shard
from .summary import NAMES
from .video_folder import Video, VideoFolder


def counted(count: int) -> str:
    """A number of videos, in words."""
    return f'{count} video' if count == 1 else f'{count} videos'


def line_of(row: dict) -> str:
    """A finished video on one line."""
    video = row['video']
    parts = [f'{video["seconds"]:.1f} s']
    if video['label']:
        parts.append(f'{video["label"]} {video["score"]:.2f}')
    faces = len(video['faces'])
    parts.insert(1, '1 face' if faces == 1 else f'{faces or "no"} faces')
    if row['state'] == 'in part':
        parts.append('NOT COMPLETE')
    return one_line(f'{row["name"]}: {", ".join(parts)}')


def say_what_is_there(
    folder: VideoFolder, shard: Shard, videos: list[Video], console: Terminal
) -> None:
    """Prints the number of videos, and the number of those of this process."""
    others = f'; other files, left out: {folder.others}' if folder.others else ''
    console.print(
        f'{one_line(folder.path)}: {counted(len(folder.videos))}{others}',
        soft_wrap=True,
    )
    for err in folder.closed.values():
        console.error(err)
    if shard.count > 1:
        console.print(f'part {shard.index} of {shard.count}: {len(videos)} of them')


def say_summary(rows: list[dict], out: str, console: Terminal) -> None:
    """Prints the content of a summary and its files."""
    states: dict[str, int] = {}
    for row in rows:
        states[row['state']] = states.get(row['state'], 0) + 1
    said = ', '.join(f'{count} {state}' for state, count in states.items())
    console.print(
        f'in {one_line(out)} by now: {counted(len(rows))}'
        + (f' ({said})' if said else ''),
        soft_wrap=True,
    )
    for note in dict.fromkeys(r['model']['note'] for r in rows if r['model']['note']):
        console.note(note)
    for name in NAMES:
        console.print(f'wrote {one_line(Path(out, name))}', soft_wrap=True)
