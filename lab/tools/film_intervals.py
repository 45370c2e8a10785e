"""Counts the found episodes of drawn films, and the false intervals.

    python lab/tools/film_intervals.py --seeds 7001-7010
    python lab/tools/film_intervals.py --seeds 7001-7010 --settings intervals.hold=0.5

A film is drawn once, and read once for each group of settings of reading. The result is
kept in the cache folder; only the intervals are computed again from its scores of
frames. Empty the folder after a change of the code that reads videos.
"""

import argparse
import sys
from pathlib import Path

from mmengine.config import Config

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # the checkout's own code

from lab.film_reading import find_again, read_film
from lab.tracking.run import parse_seeds
from tgdfer_mm.apis import DFERInferencer
from tgdfer_mm.evaluation.film_score import score_film
from tgdfer_mm.settings import parse_settings

_COUNTS = 'tracks', 'tracks_found', 'episodes', 'episodes_found'
_INTERVALS = 'intervals', 'false_intervals'


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        '--seeds', type=parse_seeds, default='7001-7010', help='such as 7001-7010'
    )
    parser.add_argument('--model', default='demo')
    parser.add_argument(
        '--cache', type=Path, default=Path('work_dirs/films'), help='folder of films'
    )
    parser.add_argument(
        '--settings',
        nargs='+',
        default=[],
        metavar='KEY=VALUE',
        help="changes to the config's video",
    )
    args = parser.parse_args()
    changes = Config()
    changes.merge_from_dict(parse_settings(args.settings))
    inferencer = DFERInferencer(args.model, show_progress=False, **changes.to_dict())
    rule = inferencer.settings.intervals
    rows = []
    print('seed   tracks  episodes  intervals  false')
    for seed in args.seeds:
        result, truth = read_film(inferencer, seed, args.cache)
        find_again(result, rule)
        rows.append(score_film(result, truth))
        print(_line(seed, rows[-1]))
        for what in ('missed', 'false'):
            for part in rows[-1][what]:
                print(
                    f'       {what} {part["emotion"]} '
                    f'{part["start"]:.2f}-{part["end"]:.2f} s',
                    flush=True,
                )
    total = {name: sum(row[name] for row in rows) for name in _COUNTS + _INTERVALS}
    print(_line('all', total))
    print(
        f'{total["episodes_found"] / total["episodes"]:.1%} of the episodes found, '
        f'{total["false_intervals"] / max(1, total["intervals"]):.1%} of the '
        'intervals false'
    )


def _line(name: int | str, counts: dict) -> str:
    found = [f'{counts[f"{k}_found"]}/{counts[k]}' for k in ('tracks', 'episodes')]
    intervals, false = (counts[name] for name in _INTERVALS)
    return f'{name:<6} {found[0]:>6} {found[1]:>9} {intervals:>10} {false:>6}'


if __name__ == '__main__':
    main()
