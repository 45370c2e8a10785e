"""Command-line options that the three commands of asking share."""

from argparse import ArgumentParser, Namespace, RawDescriptionHelpFormatter
from collections.abc import Sequence
from math import isfinite
from pathlib import Path

from .terms import LOCAL_WORD, OWN_WORD


def new_parser(module: str, about: str) -> ArgumentParser:
    """A parser with the options of asking.

    Args:
        module: Module that ``python -m`` runs.
        about: Description of the command.
    """
    parser = ArgumentParser(
        prog=f'python -m {module}',
        description=about,
        formatter_class=RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    for add_some in (_add_clips, _add_model, _add_question, _add_open, _add_output):
        add_some(parser.add_argument)
    return parser


def parse(parser: ArgumentParser, argv: Sequence[str] | None = None) -> Namespace:
    """Reads a command line, and ends the program if options do not fit together."""
    args, unknown = parser.parse_known_args(argv)
    if unknown:  # one may be a key
        names = [each.partition('=')[0] for each in unknown if each[:2] == '--']
        parser.error(f'unknown options: {", ".join(names) or "a value too many"}')
    if (args.config is None) == (args.people is None):
        parser.error('give one of CONFIG and --people')
    if (args.address is None) == (args.local is None):
        parser.error('give one of --address and --local')
    if args.address is not None and not args.model:
        parser.error('--address needs --model, the name of the model there')
    for name in ('parallel', 'tries', 'frames', 'max_tokens', 'side', 'time_limit'):
        if not 0 < getattr(args, name) < 1e9:
            parser.error(f'--{name.replace("_", "-")} has to be positive')
    if not all(0 <= each and isfinite(each) for each in args.price):
        parser.error('--price has to be two numbers that are not negative')
    if args.open and args.people:
        parser.error('--open asks about clips of one person: leave out --people')
    if not args.open and (args.truth or args.groups or args.groups_by):
        parser.error('--truth, --groups and --groups-by go with --open')
    if args.groups and args.groups_by:
        parser.error('give one of --groups and --groups-by')
    return args


def folder_of(args: Namespace) -> Path:
    """Folder that a call writes to."""
    name = Path(args.config or args.people).stem + '_open' * args.open
    return (args.out or Path('work_dirs/vlm', name)).absolute()


def answers_of(args: Namespace) -> Path:
    """File of a call's answers."""
    return args.answers or folder_of(args) / 'answers.sqlite'


def _add_clips(add) -> None:
    add('config', nargs='?', help='the config file, or the name of a shipped one')
    add('--cfg-options', nargs='+', default=[], help='changes to the config')
    add('--people', type=Path, help='JSON lines of people in videos, instead of CONFIG')
    add('--videos', type=Path, help='folder of the videos; by default that of PEOPLE')
    add('--classes', default='dfew', help='label set of the people')


def _add_model(add) -> None:
    add('--address', help='address of chat completions, without /chat/completions')
    add('--model', help='name of the model there')
    add('--key-from', help='environment variable of the key; by default TGDFER_VLM_KEY')
    add('--local', type=Path, help='folder of a transformers model on this machine')
    add('--parallel', type=int, default=8, help='number of questions at a time')
    add('--time-limit', type=float, default=120.0, help='limit of one try, seconds')
    add('--tries', type=int, default=6, help='largest number of tries of one question')
    add(LOCAL_WORD, action='store_true', help='send licensed frames to a local address')
    add(OWN_WORD, action='store_true', help='send frames whose terms are not known')


def _add_question(add) -> None:
    add('--prompt', help='prompt file or its name; by default that of the data set')
    add('--frames', type=int, default=8, help='number of frames sampled from each clip')
    add('--side', type=int, default=448, help='longest side of a picture, pixels')
    add('--condition', default='plain', help='drawings: plain, box, number, full')
    add('--chain', action='store_true', help='ask in five stages before the question')
    add('--facts', type=Path, help='JSON lines: boxes, landmarks, movements of clips')
    add('--max-tokens', type=int, default=64, help='longest reply, tokens')


def _add_open(add) -> None:
    add('--open', action='store_true', help='ask for emotions in any words')
    add('--truth', type=Path, help='JSON lines of true words; by default the classes')
    add('--groups', type=Path, help='file of words with the same meaning')
    add('--groups-by', metavar='MODEL', help='group words by the texts of this model')


def _add_output(add) -> None:
    add('--price', type=float, nargs=2, default=(0.0, 0.0), metavar=('IN', 'OUT'))
    add('--out', type=Path, help='folder to write; by default work_dirs/vlm/CONFIG')
    add('--answers', type=Path, help='file of answers; by default OUT/answers.sqlite')
