"""Asks a vision-language model about the test clips of a config, and scores it.

    python -m projects.vlm tgdfer_synth --address http://127.0.0.1:8000/v1 --model NAME
    python -m projects.vlm tgdfer_synth --local FOLDER

Nothing is sent unless --address is given. A call that was stopped goes on: no answer is
asked for twice.
"""

import sys
from argparse import ArgumentParser, Namespace, RawDescriptionHelpFormatter
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

from .errors import AskingError
from .terms import LOCAL_WORD, OWN_WORD


def parse(argv: Sequence[str] | None = None) -> Namespace:
    """Reads the command line."""
    parser = ArgumentParser(
        prog='python -m projects.vlm',
        description=__doc__,
        formatter_class=RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add('config', nargs='?', help='the config file, or the name of a shipped one')
    add('--people', type=Path, help='instead: JSON lines of people in videos')
    add('--videos', type=Path, help='folder of these videos; by default that of PEOPLE')
    add('--classes', default='dfew', help='label set of the people')
    add('--fold', type=int, help='fold of the data set')
    add('--address', help='of chat completions, up to and without /chat/completions')
    add('--model', help='name of the model there')
    add('--key-from', default='TGDFER_VLM_KEY', help='environment variable of the key')
    add('--local', type=Path, help='folder of a transformers model on this machine')
    add('--prompt', help='prompt file or its name; by default that of the data set')
    add('--frames', type=int, default=8, help='sampled of each clip')
    add('--side', type=int, default=448, help='most pixels of a picture')
    add('--condition', default='plain', help='plain, box, number or full')
    add('--chain', action='store_true', help='ask in five stages')
    add('--facts', type=Path, help='JSON lines: boxes, landmarks, movements of clips')
    add('--max-tokens', type=int, default=64, help='of a reply')
    add('--parallel', type=int, default=8, help='questions open at once')
    add('--time-limit', type=float, default=120.0, help='seconds of one try')
    add('--tries', type=int, default=6, help='of one question')
    add('--price', type=float, nargs=2, default=(0.0, 0.0), metavar=('IN', 'OUT'))
    add('--out', type=Path, help='folder; by default work_dirs/vlm/CONFIG')
    add('--answers', type=Path, help='file of answers; by default OUT/answers.sqlite')
    add(LOCAL_WORD, action='store_true', help='send licensed frames to a local address')
    add(OWN_WORD, action='store_true', help='send frames whose terms are not known')
    add('--cfg-options', nargs='+', default=[], help='changes to the config')
    args = parser.parse_args(argv)
    if (args.config is None) == (args.people is None):
        parser.error('give one of CONFIG and --people')
    if (args.address is None) == (args.local is None):
        parser.error('give one of --address and --local')
    if args.address is not None and not args.model:
        parser.error('--address needs --model, the name of the model there')
    for name in ('parallel', 'tries', 'max_tokens', 'side', 'time_limit'):
        if not getattr(args, name) > 0:
            parser.error(f'--{name.replace("_", "-")} has to be positive')
    return args


def folder_of(args: Namespace) -> Path:
    """Where a call writes to."""
    name = Path(args.config or args.people).stem
    return (args.out or Path('work_dirs/vlm', name)).absolute()


def main(argv: Sequence[str] | None = None) -> int:
    """Runs a command line; returns the exit code."""
    args = parse(argv)
    import tgdfer_mm  # noqa: F401  registers everything
    from tgdfer_mm.terminal import complain, guard_streams

    guard_streams()
    try:
        return _run(args)
    except KeyboardInterrupt:
        print(
            'stopped; the answers are kept: the same command goes on', file=sys.stderr
        )
        return 130
    except Exception as error:
        code = getattr(error, 'exit_code', 2 if isinstance(error, OSError) else None)
        if code is None:
            raise
        complain(error)
        return code


def _run(args: Namespace) -> int:
    from tgdfer_mm.labels.replies import ReplyReader
    from tgdfer_mm.settings import parse_settings

    from .answers import AnswerStore
    from .asking import Asker, Dialogue
    from .clips import TestClips
    from .conditions import find_condition
    from .facts import read_facts
    from .people import PeopleInVideos
    from .progress import Progress
    from .prompts import prompt_for, read_prompt
    from .questions import Asked
    from .report import Prices, Record, write_report

    known = args.people or args.facts
    facts = read_facts(known) if known else {}
    condition = find_condition(args.condition, bool(facts))
    if args.people:
        folder = args.videos or args.people.parent
        clips = PeopleInVideos(facts, folder, args.classes, args.frames)
    else:
        options = parse_settings(args.cfg_options)
        clips = TestClips(args.config, args.fold, args.frames, options)
    model, why = _find_model(args, clips.name)
    prompt = read_prompt(args.prompt or prompt_for(clips.name))
    settings = dict(
        model=args.model or 'local', max_tokens=args.max_tokens, temperature=0
    )
    asked = Asked(
        *(prompt, clips.classes, condition, args.chain, args.side, settings, facts)
    )
    record = Record(ReplyReader(clips.classes, prompt.synonyms))
    for row in clips.rows:
        if row.person is not None:
            ids = tuple(each.id for each in facts[row.clip].people)
            record.people[row.name] = (row.person, ids)

    def make(i: int) -> Dialogue:
        row = clips.rows[i]
        return asked.dialogue(row.clip, clips.show(i), row.person)

    def done(i: int, outcome) -> None:
        record.outcomes[clips.rows[i].name] = outcome
        bar.step(record)

    folder = folder_of(args)
    store = AnswerStore(args.answers or folder / 'answers.sqlite')
    try:
        with Progress(len(clips.rows)) as bar:
            Asker(model, store, args.parallel).run(len(clips.rows), make, done)
    finally:
        store.close()
    how = dict(
        model=settings['model'],
        source=model.source,
        terms=why,
        prompt=dict(name=prompt.name, version=prompt.version, sha256=prompt.digest),
        condition=args.condition,
        chain=args.chain,
        frames=args.frames,
        side=args.side,
        max_tokens=args.max_tokens,
    )
    truth = {row.name: row.label for row in clips.rows}
    result = write_report(
        folder, record, truth, clips.metainfo, how, Prices(*args.price)
    )
    _say(result, folder)
    return 1 if result['scores']['unanswered'] else 0


def _find_model(args: Namespace, name: str):
    """Whom to ask, and why the frames may go there."""
    if args.local is not None:
        if find_spec('transformers') is None:
            raise AskingError('--local needs transformers: pip install transformers')
        from .local_model import LocalModel

        return LocalModel(args.local), 'nothing leaves this machine'
    from .address import check_address, read_key
    from .terms import check_terms

    address = check_address(args.address)
    why = check_terms(
        *(name, address, args.frames_stay_on_my_machines, args.own_frames)
    )
    key = read_key(args.key_from, address)
    missing = [each for each in ('httpx2', 'tenacity') if find_spec(each) is None]
    if missing:
        raise AskingError(f"--address needs {missing[0]}: pip install -e '.[vlm]'")
    from .http_model import HTTPModel

    return HTTPModel(address, key, args.time_limit, args.tries), why


def _say(result: dict, folder: Path) -> None:
    from tgdfer_mm.terminal import say

    scores, tokens = result['scores'], result['tokens']
    say(f'UAR {scores["UAR"]:.2f}  WAR {scores["WAR"]:.2f}')
    say(f'of {scores["num_clips"]} clips of the annotation file:')
    say(f'  unparsed and wrong: {scores["unparsed"]}')
    for problem, count in scores['problems'].items():
        if count and problem != 'unanswered':
            say(f'    {problem}: {count}')
    say(f'  without an answer, and wrong: {scores["unanswered"]}')
    say(
        f'tokens: {tokens["prompt"]} in, {tokens["completion"]} out; cost '
        f'{result["cost"]:.4f}, of this call {result["cost_now"]:.4f}'
    )
    say(f'written to {folder}')
