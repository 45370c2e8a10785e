"""Writes captions from measured action units."""

from argparse import Namespace
from pathlib import Path

from ..movements.lexicon import MovementsError, load_lexicon
from ..movements.reading import read_values
from ..movements.words import caption_of, tell_clip
from ..movements.writing import write_captions
from ..terminal import say
from ..video.checks import Number


def run(args: Namespace) -> int:
    """Reads the values and writes a caption for each clip; returns the exit code.

    Clips without a frame with a face get no caption; a note names them.

    Raises:
        MovementsError: The values or the words cannot be used.
    """
    least = Number(least=0, most=1).check('--confidence', args.confidence)
    if Path(args.out).suffix.lower() != '.csv':
        raise MovementsError(
            f'{args.out}: captions are written as CSV; give a name that ends in .csv'
        )
    out = Path(args.out).resolve()
    if Path(args.values).expanduser().resolve() in (out, out.parent):
        raise MovementsError(
            f'{args.out}: the values are read from here; give another file or folder'
        )
    lexicon = load_lexicon(args.lexicon)
    values = read_values(args.values, least)
    seen = {clip: each for clip, each in values.items() if each.seen.any()}
    for clip in [clip for clip in values if clip not in seen]:
        say(f'{clip}: no face was measured in it; it gets no caption')
    if not seen:
        raise MovementsError(f'{args.values}: no clip has a measured frame')
    captions = {
        clip: ' '.join(tell_clip(each, args.most, lexicon=lexicon))
        if args.times
        else caption_of(each, args.most, lexicon)
        for clip, each in seen.items()
    }
    write_captions(args.out, captions)
    say(f'{args.out}: captions of {len(captions)} clips')
    return 0
