"""Thirty drawn videos in three folders, as somebody would cut them of their own films.

    python tests/own/make_videos.py my_videos --new new_video.mp4

Each shows one person of a drawn film who is at rest, shows one emotion, and is at rest
again. A folder in between names the film, as that of a person would.
"""

import sys
from argparse import ArgumentParser
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # the checkout's own code

from lab.film import Actor, Film, FilmSpec
from lab.video_writing import write_video

SEEDS = range(9001, 9007)
EMOTIONS = 'happy', 'surprise', 'angry'
CLIPS = 10  # of each emotion
NEW_SEED = 9007  # of the film that the new video is cut from
MARGIN = 0.5  # seconds at rest before and after; a film has 0.7 between two episodes


class Cut(NamedTuple):
    """A stretch of one person's half of a film.

    Attributes:
        film: It is cut from.
        actor: Who is seen.
        emotion: What is shown.
        start: First frame, counted in the actor's shot.
        stop: The frame after the last one.
    """

    film: Film
    actor: Actor
    emotion: str
    start: int
    stop: int

    def frames(self) -> Iterator:
        """Draws it."""
        return (self.film.portrait(self.actor, i) for i in range(self.start, self.stop))


def cuts_of(film: Film) -> Iterator[Cut]:
    """A cut for every episode of a film, in the order of its tracks."""
    fps, begins = film.spec.fps, 0
    tracks = iter(film.truth()['tracks'])
    for length, actors in film.shots:
        for actor in actors:
            for episode in next(tracks)['episodes']:
                start, stop = (
                    round((episode[key] + margin) * fps) - begins
                    for key, margin in (('start', -MARGIN), ('end', MARGIN))
                )
                yield Cut(
                    film, actor, episode['emotion'], max(0, start), min(length, stop)
                )
        begins += length


def choose(clips: int = CLIPS) -> dict[str, list[Cut]]:
    """So many cuts of each emotion, of as many films as there are.

    Returns:
        Emotion -> cuts. The first ones of all films come before any second one.
    """
    found = defaultdict(list)
    for seed in SEEDS:
        seen = defaultdict(int)
        for cut in cuts_of(Film(FilmSpec(seed=seed))):
            found[cut.emotion].append((seen[cut.emotion], seed, cut))
            seen[cut.emotion] += 1
    return {
        emotion: [cut for *_, cut in sorted(found[emotion], key=lambda f: f[:2])][
            :clips
        ]
        for emotion in EMOTIONS
    }


def make_videos(folder: str | Path, clips: int = CLIPS) -> list[Path]:
    """Writes the videos.

    Args:
        folder: Gets a folder for each emotion, and in it one for each film.
        clips: Videos of each emotion.

    Returns:
        The files.
    """
    files = []
    for emotion, cuts in choose(clips).items():
        number = defaultdict(int)
        for cut in cuts:
            number[seed := cut.film.spec.seed] += 1
            place = Path(folder, emotion, f'film{seed}')
            place.mkdir(parents=True, exist_ok=True)
            files.append(place / f'{emotion}{number[seed]}.mp4')
            write_video(files[-1], cut.frames(), cut.film.spec.fps)
    return files


def make_new_video(path: str | Path) -> str:
    """Writes a video of a person whom none of the thirty shows.

    Args:
        path: The file.

    Returns:
        The emotion that is shown.
    """
    cuts = cuts_of(Film(FilmSpec(seed=NEW_SEED)))
    cut = next(cut for cut in cuts if cut.emotion in EMOTIONS)
    write_video(path, cut.frames(), cut.film.spec.fps)
    return cut.emotion


def main(argv: list[str] | None = None) -> None:
    parser = ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('folder', help='where the three folders are made')
    parser.add_argument('--clips', type=int, default=CLIPS, help='of each emotion')
    parser.add_argument('--new', help='a video of somebody else, to be judged later')
    args = parser.parse_args(argv)
    if not 1 <= args.clips <= CLIPS:
        parser.error(f'--clips {args.clips}: give 1 to {CLIPS}')
    files = make_videos(args.folder, args.clips)
    print(f'{args.folder}: SYNTHETIC, {len(files)} videos in {len(EMOTIONS)} folders')
    if args.new:
        print(f'{args.new}: SYNTHETIC, {make_new_video(args.new)}')


if __name__ == '__main__':
    main()
