"""Compares a result with the truth of a drawn video.

python tools/synth/score_video.py out/my_video/result.json my_video.truth.json
"""

import argparse
import json
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    if not (ROOT / 'lab').is_dir():  # a wheel has the tools alone
        parser.exit(2, 'Use tools/synth/score_video.py in a checkout.\n')
    sys.path.insert(0, str(ROOT))
    from lab.film_score import score_film

    parser.add_argument('result', type=Path)
    parser.add_argument('truth', type=Path)
    args = parser.parse_args(argv)
    result, truth = (
        json.loads(path.read_text(encoding='utf-8'))
        for path in (args.result, args.truth)
    )
    score = score_film(result, truth)
    missed = score.pop('missed')
    for name, value in score.items():
        print(f'{name:>15}  {value}')
    for episode in missed:
        print(f'missed: {episode["emotion"]} {episode["start"]}-{episode["end"]} s')


if __name__ == '__main__':
    main()
