"""Searches drawn films by words, and counts the right ones among the first moments.

    python lab/tools/search_films.py --seeds 7101-7120 --docs docs/search.md
    python lab/tools/search_films.py --seeds 7101-7120 --untrained

A film is drawn once, and read once for each model: films and index stay in the folder.
"""

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # the checkout's own code

from lab.moments.films import are_right, count_stretches, draw_films, read_truth
from lab.moments.page import WAYS, Row, print_rows, write_rows
from lab.study_command import checked_page
from lab.tracking.run import parse_seeds
from tgdfer_mm.apis import DFERInferencer, load_model
from tgdfer_mm.apis.search import VideoLibrary, read_queries
from tgdfer_mm.models.text import load_descriptions


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        '--seeds', type=parse_seeds, default='7101-7120', help='such as 7101-7120'
    )
    parser.add_argument(
        '--folder', type=Path, default=Path('work_dirs/search_films'), help='of films'
    )
    parser.add_argument(
        '--untrained',
        action='store_true',
        help='also measure the towers of demo before its training',
    )
    parser.add_argument('--docs', type=Path, help='page to write the tables into')
    args = parser.parse_args()
    checked_page(args.docs, 'films')
    draw_films(args.folder, args.seeds)
    truth = read_truth(args.folder)
    truth = {name: truth[name] for name in map(str, args.seeds)}
    counts = count_stretches(truth)
    rows: list[Row] = []
    for name in ('demo', 'untrained')[: 1 + args.untrained]:
        rows += measure(name, args.folder, truth, counts)
        print_rows(rows, counts)
    if args.docs:
        write_rows(args.docs, rows, counts, len(truth))


def measure(name: str, folder: Path, truth: dict, counts: dict) -> list[Row]:
    """A row for each way of scoring, with one text for each emotion and with all."""
    loaded = load_model('demo')
    if name == 'untrained':
        loaded.model.backbone.init_weights()
    inferencer = DFERInferencer(loaded, show_progress=False)
    library = VideoLibrary(folder, inferencer)
    inventory = library.look()
    for video in inventory.missing:
        if Path(video.path).stem in truth:
            inventory.take(library.read(video.path))
    kept = [each for path, each in inventory.kept.items() if path.stem in truth]
    texts = load_descriptions('synth')
    rows = []
    for phrasings in (1, 4):
        queries = read_queries({k: v[:phrasings] for k, v in texts.items()})
        for way in WAYS:
            most = max(10, *counts.values())
            found = library.search(kept, queries, most, **way.settings)
            firsts, all_ = {}, {}
            for query in queries:
                own = [moment for moment in found if moment.query == query.name]
                right, there = are_right(own, truth), counts[query.name]
                firsts[query.name] = sum(right[:10])
                all_[query.name] = sum(right[:there]) / there
            rows.append(Row(name, phrasings, way, firsts, all_))
    return rows


if __name__ == '__main__':
    main()
