"""Everything that a call needs before the first question: clips, model, task and
prompt.
"""

from argparse import Namespace
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec

from tgdfer_mm.settings import parse_settings

from .any_words import AnyWords
from .asking import Dialogue, Model
from .clips import TestClips
from .conditions import find_condition
from .errors import AskingError
from .facts import Facts, read_facts
from .one_class import OneClass
from .people import PeopleInVideos
from .prompts import prompt_for, read_prompt
from .questions import Asked
from .word_groups import find_groups


@dataclass(frozen=True)
class WholeTask:
    """Clips, model, task and settings of a call.

    Attributes:
        clips: Test clips; their rows are the questions.
        model: The model that is asked.
        task: Reads replies, and has the truth.
        asked: Settings of the questions.
        people: For each question, by its name: the person and all people of the video.
        how: All settings as plain data without a key, for the report.
    """

    clips: TestClips | PeopleInVideos
    model: Model
    task: OneClass | AnyWords
    asked: Asked
    people: Mapping[str, tuple[int, tuple[int, ...]]]
    how: dict

    def dialogue(self, i: int) -> Dialogue:
        """The dialogue of question i."""
        row = self.clips.rows[i]
        return self.asked.dialogue(row.clip, self.clips.show(i), row.person)


def plan(args: Namespace, fold: int | None) -> WholeTask:
    """Prepares everything; nothing is sent.

    Args:
        args: See :mod:`~projects.vlm.options`.
        fold: The fold; None for the config's own.

    Raises:
        AskingError: An option or a file is wrong.
    """
    known = args.people or args.facts
    facts = read_facts(known) if known else {}
    condition = find_condition(args.condition, bool(facts))
    clips = _find_clips(args, fold, facts)
    model, why = _find_model(args, clips)
    name = args.prompt or ('open' if args.open else prompt_for(clips.kind))
    prompt = read_prompt(name, args.open)
    if args.open:
        groups = find_groups(args.groups, args.groups_by, clips.classes)
        task = AnyWords(clips, groups, args.truth)
    else:
        task = OneClass(clips, prompt.synonyms)
    settings = dict(
        model=args.model or 'local', max_tokens=args.max_tokens, temperature=0
    )
    asked = Asked(
        *(prompt, clips.classes, condition, args.chain, args.side, settings, facts)
    )
    how = dict(
        dataset=clips.name,
        fold=clips.metainfo.get('fold'),
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
    return WholeTask(clips, model, task, asked, _people(clips, facts), how)


def _find_clips(args: Namespace, fold: int | None, facts: Mapping[str, Facts]):
    if args.people:
        folder = args.videos or args.people.parent
        return PeopleInVideos(facts, folder, args.classes, args.frames)
    return TestClips(args.config, fold, args.frames, parse_settings(args.cfg_options))


def _people(clips, facts: Mapping[str, Facts]) -> dict:
    return {
        row.name: (row.person, tuple(each.id for each in facts[row.clip].people))
        for row in clips.rows
        if row.person is not None
    }


def _find_model(args: Namespace, clips) -> tuple[Model, str]:
    """The model to ask, and the reason why the frames may be sent to it."""
    if args.local is not None:
        if find_spec('transformers') is None:
            raise AskingError(
                "--local needs transformers: pip install -e '.[transformers]'"
            )
        from .local_model import load_local

        return load_local(args.local), 'nothing leaves this machine'
    from .address import check_address, need_packages, read_key
    from .terms import check_terms

    address = check_address(args.address)
    why = check_terms(
        *(clips.kind, clips.name, address),
        *(args.frames_stay_on_my_machines, args.own_frames),
    )
    key = read_key(args.key_from, address)
    need_packages()
    from .http_model import HTTPModel

    return HTTPModel(address, key, args.time_limit, args.tries), why
