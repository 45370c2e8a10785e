"""Tells how well a model does on groups of people, and the gaps between them.

    tgdfer groups work_dirs/tgdfer_cremad_last
    tgdfer groups work_dirs/tgdfer_own_last --people people.csv --by sex

Takes the folder of `tgdfer folds`, of one of its seeds, of a single run, or a file
predictions.jsonl. Intervals are over people, not over clips.
"""

from argparse import ArgumentParser, Namespace

_EPILOG = """
The table of people has a column `person` and one for each kind of group, such as
`person,sex,age_group`; a person has the same name as in the predictions. CREMA-D and
RAVDESS need no table. `tgdfer publish --groups FILE` puts the result into a card."""


def add_arguments(parser: ArgumentParser) -> None:
    """Adds the options."""
    parser.epilog = _EPILOG
    parser.add_argument('results', help='folder of results, or a file of predictions')
    parser.add_argument(
        '--by',
        nargs='+',
        metavar='KIND',
        help='kinds of groups, such as sex and age_group; without it all known ones',
    )
    parser.add_argument(
        '--people', metavar='FILE', help='CSV table of people and their groups'
    )
    parser.add_argument(
        '--out',
        metavar='FILE',
        help='JSON file to write; without it groups.json next to the results',
    )


def run(args: Namespace) -> int:
    """Computes."""
    from tgdfer_mm.commands.groups import run as work

    return work(args)
