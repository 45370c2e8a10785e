"""Task: name one class. Replies become predictions like those of other models."""

import logging
from collections.abc import Iterable, Mapping
from pathlib import Path

from mmengine.logging import MMLogger

from tgdfer_mm.evaluation import DumpPredictions, score_replies
from tgdfer_mm.evaluation.replies import reply_sample
from tgdfer_mm.labels.replies import Reading, ReplyReader
from tgdfer_mm.terminal import saying_only

from .errors import AskingError

# Note on the predictions, for `tgdfer compare` and the page of a protocol.
_SELECTION = dict(rule='none', description='a language model, not trained on it')


class OneClass:
    """Which of the classes is it?

    Args:
        clips: Test clips with their labels.
        synonyms: Further names of classes that count in a reply.

    Attributes:
        reader: Reads the replies.
        truth: True class of each question.

    Raises:
        AskingError: The synonyms do not fit the classes.
    """

    name = 'one class'

    def __init__(self, clips, synonyms: Mapping[str, Iterable[str]]) -> None:
        self.classes = tuple(clips.classes)
        self.metainfo = clips.metainfo
        self.truth = {row.name: row.label for row in clips.rows}
        try:
            self.reader = ReplyReader(self.classes, synonyms)
        except ValueError as error:
            raise AskingError(f"prompt file, 'synonyms': {error}.") from error

    def line(self, name: str, reading: Reading) -> dict:
        """The truth and the answer, as text."""
        read = None if reading.label is None else self.classes[reading.label]
        return dict(label=self.classes[self.truth[name]], read=read)

    def score(self, readings: Mapping[str, Reading]) -> dict:
        """The figures over all questions."""
        with _quiet():
            return score_replies(self.truth, readings, self.classes)

    def write(self, folder: Path, readings: Mapping[str, Reading], how: dict) -> None:
        """Writes ``predictions.jsonl``, which ``tgdfer compare`` reads."""
        dump = DumpPredictions(str(folder / 'predictions.jsonl'))
        dump.dataset_meta = dict(self.metainfo, selection=_SELECTION, vlm=how)
        for name, label in self.truth.items():
            sample = reply_sample(name, label, readings[name], len(self.classes))
            dump.process(None, [sample])
        with _quiet():
            dump.evaluate(len(self.truth))


def _quiet():
    """Silences the metrics' own log, which calls an unparsed reply a broken clip."""
    return saying_only(MMLogger.get_current_instance(), logging.ERROR)
