"""A file of models' answers, found by a hash of the question."""

import hashlib
import json
import sqlite3
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from tgdfer_mm.locks import held

from .errors import AskingError

_TABLE = """CREATE TABLE IF NOT EXISTS answers (
    question TEXT PRIMARY KEY, text TEXT NOT NULL, finish TEXT NOT NULL,
    prompt_tokens INTEGER NOT NULL, completion_tokens INTEGER NOT NULL)"""


@dataclass(frozen=True)
class Answer:
    """An answer of a model.

    Attributes:
        text: The reply.
        finish: Reason of its end: ``stop``, or ``length`` if it was cut off.
        prompt_tokens: Tokens of the question, pictures included; 0 if not told.
        completion_tokens: Tokens of the reply; 0 if not told.
    """

    text: str
    finish: str = 'stop'
    prompt_tokens: int = 0
    completion_tokens: int = 0


def hash_question(source: str, request: dict) -> str:
    """SHA-256 of a question together with the model that it goes to.

    Args:
        source: The address, or the folder and weights of a local model.
        request: The whole question, as plain data, without a key.
    """
    text = json.dumps([source, request], sort_keys=True, allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()


class AnswerStore:
    """A file of answers that one process at a time can open.

    It holds hashes of questions, replies and counts of tokens: no frame and no key. An
    answer is safe from the end of the process once :meth:`put` returns; if the machine
    loses power, the last answers may be lost. Two processes would each pay for the same
    question, so the file is locked while it is open.

    Args:
        path: The SQLite file; it is created if absent.

    Raises:
        AskingError: The file is not a file of answers, or cannot be written.
        BusyError: Another process has it open.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        with ExitStack() as open_now:
            try:
                lock = self.path.with_name(f'{self.path.name}.lock')
                open_now.enter_context(held(lock, str(self.path)))
                self._link = sqlite3.connect(self.path, isolation_level=None)
                open_now.callback(self._link.close)
                # First, so that WAL needs no shared memory, which does not work on a
                # network file system.
                self._link.execute('PRAGMA locking_mode=EXCLUSIVE')
                self._link.execute('PRAGMA journal_mode=WAL')
                self._link.execute('PRAGMA synchronous=NORMAL')
                self._link.execute(_TABLE)
            except (sqlite3.Error, OSError) as error:
                raise self._error(error) from error
            self._open = open_now.pop_all()

    def get(self, question: str) -> Answer | None:
        """The answer to a question, by its hash; None if there is none."""
        try:
            row = self._link.execute(
                'SELECT text, finish, prompt_tokens, completion_tokens '
                'FROM answers WHERE question = ?',
                (question,),
            ).fetchone()
        except sqlite3.Error as error:
            raise self._error(error) from error
        if row is None:
            return None
        if tuple(map(type, row)) != (str, str, int, int):
            raise self._error('a row of it holds other things than an answer')
        return Answer(*row)

    def put(self, question: str, answer: Answer) -> None:
        """Stores an answer."""
        row = (answer.text, answer.finish)
        row += (answer.prompt_tokens, answer.completion_tokens)
        try:
            self._link.execute(
                'INSERT OR REPLACE INTO answers VALUES (?, ?, ?, ?, ?)',
                (question, *row),
            )
        except sqlite3.Error as error:
            raise self._error(error) from error

    def close(self) -> None:
        """Closes the file, so that other processes can open it."""
        self._open.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def _error(self, error: object) -> AskingError:
        return AskingError(
            f'{self.path} cannot be used to keep answers: {error}. Make room, or mend '
            'the rights; if it is damaged, move it away or name another (--answers).'
        )
