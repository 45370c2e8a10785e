"""Compares a result with the truth of a drawn video.

python tools/synth/score_video.py out/my_video/result.json my_video.truth.json
"""

import argparse
import json
from pathlib import Path

from tgdfer_mm.evaluation.film_score import score_film


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument('result', type=Path)
    parser.add_argument('truth', type=Path)
    args = parser.parse_args(argv)
    result, truth = (
        json.loads(path.read_text(encoding='utf-8'))
        for path in (args.result, args.truth)
    )
    score = score_film(result, truth)
    parts = {what: score.pop(what) for what in ('missed', 'false')}
    for name, value in score.items():
        print(f'{name:>15}  {value}')
    for what, those in parts.items():
        for part in those:
            print(f'{what}: {part["emotion"]} {part["start"]}-{part["end"]} s')


if __name__ == '__main__':
    main()
