"""Compares the result of a drawn video with its truth.

python tools/synth/score_video.py out/my_video/result.json my_video.truth.json
"""

import argparse
from pathlib import Path

from tgdfer_mm.evaluation.film_score import score_film
from tgdfer_mm.files import DamagedFileError, read_json


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        'result', type=Path, help='result.json, which `tgdfer infer` has written'
    )
    parser.add_argument(
        'truth', type=Path, help='*.truth.json, which make_video.py has written'
    )
    args = parser.parse_args(argv)
    try:
        result, truth = read_json(args.result), read_json(args.truth)
    except (DamagedFileError, OSError) as err:
        parser.exit(2, f'error: {err}\n')
    score = score_film(result, truth)
    parts = {what: score.pop(what) for what in ('missed', 'false')}
    for name, value in score.items():
        print(f'{name:>15}  {value}')
    for what, those in parts.items():
        for part in those:
            print(f'{what}: {part["emotion"]} {part["start"]}-{part["end"]} s')


if __name__ == '__main__':
    main()
