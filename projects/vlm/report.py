"""What came of asking: numbers, predictions and replies, as files."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from mmengine.logging import MMLogger

from tgdfer_mm.evaluation import DumpPredictions
from tgdfer_mm.evaluation.replies import reply_sample, score_replies
from tgdfer_mm.files import write_text
from tgdfer_mm.labels.replies import Reading, ReplyReader

from .asking import Outcome


@dataclass(frozen=True)
class Prices:
    """What tokens cost, in any currency, by the million."""

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
        people: Of a question about one of several people, that person's number and
            the numbers of all.
    """

    reader: ReplyReader
    outcomes: dict[str, Outcome] = field(default_factory=dict)
    people: dict[str, tuple[int, tuple[int, ...]]] = field(default_factory=dict)

    def reading(self, clip: str) -> Reading:
        """What the reply to a question says."""
        outcome = self.outcomes.get(clip)
        if outcome is None or outcome.reply is None:
            return self.reader.read(None)
        reply = outcome.reply
        person, people = self.people.get(clip, (None, ()))
        return self.reader.read(reply.text, person, people, reply.finish == 'length')

    @property
    def tokens(self) -> tuple[int, int]:
        """Of prompts and replies that were asked for now."""
        used = [outcome.tokens for outcome in self.outcomes.values()]
        return sum(u[0] for u in used), sum(u[1] for u in used)

    @property
    def all_tokens(self) -> tuple[int, int]:
        """Of prompts and replies, those that were known already included."""
        every = [a for o in self.outcomes.values() for a in o.answers]
        return (
            sum(a.prompt_tokens for a in every),
            sum(a.completion_tokens for a in every),
        )


def write_report(
    folder: Path,
    record: Record,
    truth: Mapping[str, int],
    metainfo: Mapping,
    asked: Mapping,
    prices: Prices,
) -> dict:
    """Writes ``result.json``, ``replies.jsonl`` and ``predictions.jsonl``.

    The predictions are those of any model: ``tgdfer compare`` reads them.

    Args:
        folder: Where to.
        record: What came of each clip.
        truth: True class of each clip of the annotation file.
        metainfo: Of the data set.
        asked: How it was asked, plain data; no key.
        prices: Of tokens.

    Returns:
        What is in ``result.json``.
    """
    classes = tuple(metainfo['classes'])
    readings = {clip: record.reading(clip) for clip in truth}
    dump = DumpPredictions(str(folder / 'predictions.jsonl'))
    dump.dataset_meta = dict(metainfo, vlm=dict(asked))
    lines = []
    MMLogger.get_current_instance()  # the metrics write to it
    for clip, label in truth.items():
        outcome = record.outcomes.get(clip, Outcome(failure='not asked'))
        reading = readings[clip]
        dump.process(None, [reply_sample(clip, label, reading, len(classes))])
        lines.append(
            dict(
                clip=clip,
                label=classes[label],
                read=None if reading.label is None else classes[reading.label],
                problem=reading.problem,
                failure=outcome.failure,
                replies=[answer.text for answer in outcome.answers],
            )
        )
    dump.evaluate(len(truth))
    write_text(
        folder / 'replies.jsonl', ''.join(json.dumps(each) + '\n' for each in lines)
    )
    used, every = record.tokens, record.all_tokens
    result = dict(
        scores=score_replies(truth, readings, classes),
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
