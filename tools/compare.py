"""Says which model is better, and whether the difference is more than noise.

    python tools/compare.py work_dirs/a work_dirs/b [...] [--out comparison.json]

Each is the folder of tools/run_folds.py, of one of its seeds, of a single run, or a
file predictions.jsonl. Every model is compared with the first one.
"""

import json
import sys
from argparse import ArgumentParser, RawDescriptionHelpFormatter

from rich.console import Console
from rich.table import Table

from tgdfer_mm.protocol import compare, load_contender


def main() -> None:
    """Compares."""
    parser = ArgumentParser(
        description=__doc__, formatter_class=RawDescriptionHelpFormatter
    )
    parser.add_argument('models', nargs='+', help='two folders or files, or more')
    parser.add_argument('--out', help='write the comparison as JSON')
    args = parser.parse_args()
    try:
        result = compare([load_contender(path) for path in args.models])
    except (FileNotFoundError, ValueError) as error:
        sys.exit(str(error))
    console = Console(highlight=False)
    for comparison in result['comparisons']:
        console.print(_table(comparison, result['models']))
        for text in (comparison['words'], *comparison['remarks']):
            console.print(text)
    console.print(f'[dim]{result["method"]}[/dim]')
    if args.out:
        with open(args.out, 'w', encoding='utf-8') as file:
            json.dump(result, file, indent=2)


def _table(comparison: dict, models: list[dict]) -> Table:
    rules = {model['name']: model['selection'] or 'not known' for model in models}
    table = Table(title=f'{comparison["num_clips"]} clips')
    table.add_column('')
    for side in ('first', 'second'):
        name = comparison[side]
        table.add_column(f'{name}\n{rules[name]}', justify='right')
    for name in ('difference', '95 % interval', 'p', 'verdict'):
        table.add_column(name, justify='right')
    for number in ('UAR', 'WAR'):
        row = comparison[number]
        low, high = row['interval']
        verdict = row['verdict']
        table.add_row(
            *(number, f'{row["first"]:.2f}', f'{row["second"]:.2f}'),
            *(f'{row["difference"]:+.2f}', f'[{low:+.2f}, {high:+.2f}]'),
            f'{row["p_holm"]:.2g}',
            'noise' if verdict == 'noise' else f'{verdict} is better',
        )
    return table


if __name__ == '__main__':
    main()
