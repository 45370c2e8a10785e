"""Exact facts of drawn clips, to check what words in a question can do.

python -m projects.vlm.drawn_facts tgdfer_synth facts.jsonl
"""

import json
import sys
from argparse import ArgumentParser
from collections.abc import Sequence
from pathlib import Path

from tgdfer_mm.datasets.synth_dfew import SynthDFEWDataset
from tgdfer_mm.files import write_text
from tgdfer_mm.movements.lexicon import load_lexicon
from tgdfer_mm.settings import parse_settings
from tgdfer_mm.synth.clips import Clip

from .clips import TestClips, folds_of
from .command import guarded
from .errors import AskingError


def write_drawn_facts(
    config: str, path: str | Path, options: dict | None = None
) -> Path:
    """Writes the true facts of all test clips of a drawn data set.

    Movements are the activations at the peak of the labelled movement, with their words
    from the shipped lexicon. For a neutral clip they are those of the frame with the
    least movement. The box is the whole frame: a clip is a crop of one face.

    Args:
        config: A config file, or the name of a shipped config.
        path: File of JSON lines to write.
        options: Changes to the config.

    Returns:
        The path.

    Raises:
        AskingError: The data set is not drawn.
    """
    lines: dict[str, str] = {}
    for fold in folds_of(config, options):
        clips = TestClips(config, fold, 1, options)
        if not isinstance(clips.data, SynthDFEWDataset):
            raise AskingError(
                f'{config}: {clips.name} is not drawn; its truth is unknown.'
            )
        spec = clips.data.spec
        planned = {clip.number: clip for clip in spec.plan()}
        for row in clips.rows:
            clip = spec.clip(planned[int(row.clip)])
            box = [1, 1, spec.size - 2, spec.size - 2]
            person = dict(id=1, boxes=[box] * len(clip), movements=true_movements(clip))
            lines[row.clip] = json.dumps(dict(clip=row.clip, people=[person])) + '\n'
    write_text(path, ''.join(lines.values()))
    return Path(path)


def true_movements(clip: Clip) -> list[str]:
    """Sentences about a drawn clip, with the activations of its units."""
    total = sum((m.intensity for m in clip.movements), 0 * clip.intensity)
    curve = clip.intensity
    frame = int(curve.argmax()) if curve.any() else int(total.argmin())
    lexicon = load_lexicon()
    return [
        f'{name} {value:.2f} in frame {frame}: {lexicon.phrase(name, value)}'
        for name, value in clip.units(frame).items()
        if lexicon.level(value)
    ] or [lexicon.rest]


def main(argv: Sequence[str] | None = None) -> int:
    """Runs a command line; returns the exit code."""
    parser = ArgumentParser(description=__doc__.partition('\n')[0])
    parser.add_argument('config')
    parser.add_argument('path', type=Path)
    parser.add_argument('--cfg-options', nargs='+', default=[])
    args = parser.parse_args(argv)

    def work() -> int:
        options = parse_settings(args.cfg_options)
        print(write_drawn_facts(args.config, args.path, options))
        return 0

    return guarded(work)


if __name__ == '__main__':
    sys.exit(main())
