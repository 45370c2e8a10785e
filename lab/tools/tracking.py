"""Measures the tracking of people on drawn scenes of known truth.

python lab/tools/tracking.py --seeds 0-19
"""

import argparse
import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # the checkout's own code

from lab.tracking.run import follow, parse_seeds
from lab.tracking.scenes import Scene
from lab.tracking.score import score_tracks
from tgdfer_mm.video.settings import VideoSettings


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument('--seeds', default='0-19', help='such as 0-19')
    args = parser.parse_args()
    rows = []
    print('seed  kind         frames/s  IDF1   switches  mixed  tracks')
    for seed in parse_seeds(args.seeds):
        scene = Scene(seed)
        score = score_tracks(*follow(scene, VideoSettings()))
        rows.append(score)
        print(
            f'{seed:>4}  {scene.kind:<12} {scene.fps:>7} {score.idf1:>7.3f} '
            f'{score.switches:>8} {score.mixed:>6} {score.tracks:>6}',
            flush=True,
        )
    print(
        f'mean IDF1 {np.mean([r.idf1 for r in rows]):.3f}, '
        f'lowest {min(r.idf1 for r in rows):.3f}, '
        f'{sum(r.switches for r in rows)} switches, '
        f'{sum(r.mixed for r in rows)} tracks of several people'
    )


if __name__ == '__main__':
    main()
