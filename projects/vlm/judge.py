"""A language model behind an HTTP address that judges rationales."""

from collections.abc import Sequence
from pathlib import Path

from tgdfer_mm.files import read_json
from tgdfer_mm.labels.replies import ReplyReader
from tgdfer_mm.registry import RATIONALE_JUDGES

from .address import check_address, need_packages, read_key
from .answers import AnswerStore
from .asking import Asker, Dialogue, Model, Outcome
from .errors import AskingError

_FILE = Path(__file__).with_name('judge.json')


@RATIONALE_JUDGES.register_module('http')
class HTTPJudge:
    """Asks a language model which emotion a text describes.

    Only the texts are sent, and only to this address. A reply counts only if it is
    exactly a class name. Answers are stored: no text is paid for twice.

    Args:
        address: Address of chat completions, see :func:`.check_address`.
        model: Name of the model at this address.
        answers: File of answers.
        key_from: Environment variable of the key; by default ``TGDFER_VLM_KEY``, which
            may be absent.
        parallel: Number of questions that are open at the same time.
        asked: Model to ask instead of an ``HTTPModel``, for tests.

    Raises:
        AskingError: Address or key cannot be used, or a package is absent.
    """

    def __init__(
        self,
        address: str,
        model: str,
        answers: str | Path = 'work_dirs/judge.sqlite',
        key_from: str | None = None,
        parallel: int = 8,
        asked: Model | None = None,
    ) -> None:
        address = check_address(address)
        if asked is None:
            need_packages()
            from .http_model import HTTPModel

            asked = HTTPModel(address, read_key(key_from, address))
        self.name = 'http'
        self._asked, self._parallel = asked, parallel
        self._settings = dict(model=model, max_tokens=16, temperature=0)
        self._answers = Path(answers)
        self._question = read_json(_FILE, 'question')['question']

    def judge(self, texts: Sequence[str], classes: Sequence[str]) -> list[int | None]:
        """The class of each text.

        Raises:
            AskingError: Nothing more can be asked, or a text has no answer. The answers
                so far are stored.
        """
        reader = ReplyReader(classes)
        found: list[int | None] = [None] * len(texts)
        failed: list[str] = []

        def make(i: int) -> Dialogue:
            text = self._question.format(classes=', '.join(classes), text=texts[i])
            return Dialogue(self._settings, [dict(role='user', content=text)])

        def done(i: int, outcome: Outcome) -> None:
            if outcome.reply is None:
                failed.append(f'{texts[i]!r:.60}: {outcome.failure}')
                return
            reply = outcome.reply
            cut_off = reply.finish == 'length'
            found[i] = reader.read(reply.text, cut_off=cut_off).label

        store = AnswerStore(self._answers)
        try:
            Asker(self._asked, store, self._parallel).run(len(texts), make, done)
        finally:
            store.close()
        if failed:
            raise AskingError(
                f'{len(failed)} of {len(texts)} texts have no answer, such as '
                f'{failed[0]}. '
                'What was answered is kept; the same call goes on.'
            )
        return found
