"""Files with the results of asking: figures, predictions and replies."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tgdfer_mm.files import write_text
from tgdfer_mm.labels.replies import Reading, ReplyReader

from .any_words import AnyWords, WordReader, Words
from .asking import Outcome
from .one_class import OneClass

# The figures of each task, in percent: key in the scores, and shown name.
COLUMNS = {
    OneClass.name: dict(UAR='UAR', WAR='WAR'),
    AnyWords.name: dict(precision='precision', recall='recall', mean='mean', F='F'),
}


@dataclass(frozen=True)
class Prices:
    """Prices of a million tokens, in any currency."""

    prompt: float = 0.0
    completion: float = 0.0

    def cost(self, tokens: tuple[int, int]) -> float:
        """The cost of tokens of prompts and of replies."""
        return (tokens[0] * self.prompt + tokens[1] * self.completion) / 1e6


@dataclass
class Record:
    """The outcomes so far.

    Attributes:
        reader: Reads the replies.
        outcomes: By the name of the question.
        people: For a question about one of several people, that person's number and the
            numbers of all.
    """

    reader: ReplyReader | WordReader
    outcomes: dict[str, Outcome] = field(default_factory=dict)
    people: dict[str, tuple[int, tuple[int, ...]]] = field(default_factory=dict)

    def reading(self, clip: str) -> Reading | Words:
        """The content of the reply to a question."""
        outcome = self.outcomes.get(clip)
        if outcome is None or outcome.reply is None:
            return self.reader.read(None)
        reply = outcome.reply
        person, people = self.people.get(clip, (None, ()))
        return self.reader.read(reply.text, person, people, reply.finish == 'length')

    @property
    def tokens(self) -> tuple[int, int]:
        """Tokens of the prompts and replies that were asked for now."""
        used = [outcome.tokens for outcome in self.outcomes.values()]
        return sum(u[0] for u in used), sum(u[1] for u in used)

    @property
    def all_tokens(self) -> tuple[int, int]:
        """Tokens of all prompts and replies, also of those read from the file of
        answers.
        """
        every = [a for o in self.outcomes.values() for a in o.answers]
        return (
            sum(a.prompt_tokens for a in every),
            sum(a.completion_tokens for a in every),
        )


def write_report(
    folder: Path,
    record: Record,
    task: OneClass | AnyWords,
    asked: Mapping,
    prices: Prices,
) -> dict:
    """Writes ``result.json``, ``replies.jsonl``, and the files of the task.

    Args:
        folder: Folder of the results.
        record: Result of each question.
        task: The task, with the truth.
        asked: Settings of the questions, as plain data without a key.
        prices: Prices of tokens.

    Returns:
        The content of ``result.json``.
    """
    readings = {name: record.reading(name) for name in task.truth}
    lines = []
    for name, reading in readings.items():
        outcome = record.outcomes.get(name, Outcome(failure='not asked'))
        line = dict(
            clip=name,
            **task.line(name, reading),
            problem=reading.problem,
            failure=outcome.failure,
            replies=[answer.text for answer in outcome.answers],
        )
        lines.append(json.dumps(line) + '\n')
    task.write(folder, readings, dict(asked))
    write_text(folder / 'replies.jsonl', ''.join(lines))
    used, every = record.tokens, record.all_tokens
    result = dict(
        task=task.name,
        scores=task.score(readings),
        asked=dict(asked),
        tokens=dict(
            prompt=every[0],
            completion=every[1],
            prompt_now=used[0],
            completion_now=used[1],
        ),
        cost=prices.cost(every),
        cost_now=prices.cost(used),
    )
    write_text(folder / 'result.json', json.dumps(result, indent=2) + '\n')
    return result
