"""Task: name emotions in any words. Precision and recall of the sets are measured."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from tgdfer_mm.evaluation.open_vocabulary import read_words, set_scores
from tgdfer_mm.evaluation.replies import count_problems
from tgdfer_mm.files import parse_json, read_lines

from .errors import AskingError
from .word_groups import Groups


@dataclass(frozen=True)
class Words:
    """The words of a reply.

    Attributes:
        words: The words; None if the reply is no list of words.
        problem: Key of ``tgdfer_mm.labels.replies.PROBLEMS``, None if there are words.
    """

    words: tuple[str, ...] | None
    problem: str | None = None


class WordReader:
    """Reads replies that are lists of words, or JSON with ``emotions``."""

    def read(
        self,
        reply: str | None,
        person: int | None = None,
        people: Collection[int] = (),
        cut_off: bool = False,
    ) -> Words:
        """Reads a reply. This task never asks about one of several people."""
        if reply is None:
            return Words(None, 'unanswered')
        if cut_off:
            return Words(None, 'cut_off')
        if not reply.strip():
            return Words(None, 'empty')
        words = read_words(reply)
        return Words(None, 'unparsed') if words is None else Words(tuple(words))


class AnyWords:
    """Which emotions does the face show, in any words?

    Args:
        clips: Test clips; their labels are the truth if there is no `truth`.
        groups: Groups of words with the same meaning.
        truth: A file of JSON lines, ``{"clip": "00001", "words": ["sad", "lonely"]}``.
            It may have clips of other folds. A clip that is not in it has no truth.

    Attributes:
        reader: Reads the replies.
        truth: True words of each question.

    Raises:
        AskingError: The file of truth has another form, or no word for any of the
            clips.
    """

    name = 'any words'

    def __init__(self, clips, groups: Groups, truth: Path | None = None) -> None:
        self.reader, self.groups = WordReader(), groups
        named = {row.name: [clips.classes[row.label]] for row in clips.rows}
        known = named if truth is None else read_truth(truth)
        self.truth = {name: known.get(name, []) for name in named}
        if not any(self.truth.values()):
            raise AskingError(f'--truth {truth}: it has a word for none of the clips.')

    def line(self, name: str, reading: Words) -> dict:
        """The truth and the answer, as text."""
        said = sorted({self.groups.of(word) for word in reading.words or ()})
        read = None if reading.words is None else list(reading.words)
        return dict(label=self.truth[name], read=read, groups=said)

    def score(self, readings: Mapping[str, Words]) -> dict:
        """The figures over all questions."""
        problems = count_problems(readings.values())
        named = {
            name: each.words
            for name, each in readings.items()
            if each.problem != 'unanswered'
        }
        return dict(
            set_scores(self.truth, named, self.groups.of),
            groups=self.groups.name,
            problems=problems,
            unanswered=problems['unanswered'],
        )

    def write(self, folder: Path, readings: Mapping[str, Words], how: dict) -> None:
        """Writes nothing: several words are no prediction of one class."""


def read_truth(path: Path) -> dict[str, list[str]]:
    """Reads a file of true words.

    Raises:
        AskingError: A line has another form; the message names file and line.
    """
    found: dict[str, list[str]] = {}
    try:
        lines = read_lines(path)
    except (OSError, UnicodeDecodeError) as error:
        raise AskingError(f'--truth {path} cannot be read: {error}.') from error
    for number, line in enumerate(lines, 1):
        try:
            row = parse_json(line)
            clip, words = row['clip'], row['words']
            plain = isinstance(clip, str) and isinstance(words, list)
            if not plain or not all(isinstance(word, str) for word in words):
                raise ValueError("'clip' is a text and 'words' a list of texts")
            if clip in found:
                raise ValueError(f'clip {clip!r} stands twice')
        except (ValueError, TypeError, KeyError) as error:
            raise AskingError(
                f'--truth {path}, line {number}: no true words of a clip '
                f'({type(error).__name__}: {error}).'
            ) from error
        found[clip] = words
    return found
