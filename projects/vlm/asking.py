"""Asks about several clips at once, each question once; a failure does not end it."""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Protocol

from .answers import Answer, AnswerStore, hash_question
from .errors import AskingError, UnansweredError


class Model(Protocol):
    """A model that answers questions.

    Attributes:
        source: Text that identifies the model; it is part of the hash of a question.
    """

    source: str

    async def __aenter__(self) -> 'Model': ...

    async def __aexit__(self, *error: object) -> None: ...

    async def ask(self, request: dict) -> Answer: ...


@dataclass(frozen=True)
class Dialogue:
    """The questions about one clip: one, or several that build on each other.

    Attributes:
        settings: ``model``, ``max_tokens`` and the like.
        opening: The messages before the first reply, as plain data.
        further: Texts of the further questions; each follows a reply.
    """

    settings: dict
    opening: Sequence[dict]
    further: Sequence[str] = ()


@dataclass
class Outcome:
    """The result of a dialogue.

    Attributes:
        answers: One answer for each answered question; the last one is the reply.
        failure: Reason why there is no reply; None if there is one.
        fresh: Number of answers that were asked for now, not read from the file.
        tokens: Tokens of prompts and of replies, for the fresh answers.
    """

    answers: list[Answer] = field(default_factory=list)
    failure: str | None = None
    fresh: int = 0
    tokens: tuple[int, int] = (0, 0)

    @property
    def reply(self) -> Answer | None:
        """The last answer of a whole dialogue."""
        return None if self.failure else self.answers[-1]


class Asker:
    """Asks a model questions, and stores its answers.

    Args:
        model: The model.
        store: File of answers. A question that it has is not asked again.
        parallel: Largest number of open questions.
        patience: If so many clips in a row have no answer, the model counts as gone,
            and the rest is not asked.
    """

    def __init__(
        self, model: Model, store: AnswerStore, parallel: int = 8, patience: int = 20
    ) -> None:
        self.model, self.store = model, store
        self.parallel, self.patience = parallel, patience
        self._open: dict[str, asyncio.Lock] = {}
        self._failed = 0

    def run(
        self,
        count: int,
        make: Callable[[int], Dialogue],
        done: Callable[[int, Outcome], None],
    ) -> None:
        """Asks about all clips.

        Args:
            count: Number of clips.
            make: Returns the dialogue about clip i; called in one other thread, in
                order. An :class:`UnansweredError` from it counts for this clip only.
            done: Called with i and its result, in any order.

        Raises:
            AskingError: Nothing more can be asked. The answers so far are stored.
        """
        try:
            asyncio.run(self._run(count, make, done))
        except* Exception as group:  # the first error; the others follow from it
            raise group.exceptions[0] from None

    async def _run(self, count, make, done) -> None:
        order = iter(range(count))
        loop = asyncio.get_running_loop()

        async def work(pool: ThreadPoolExecutor) -> None:
            for i in order:
                try:
                    dialogue = await loop.run_in_executor(pool, make, i)
                except UnansweredError as error:
                    done(i, Outcome(failure=error.reason))
                    continue
                outcome = await self._hold(dialogue)
                done(i, outcome)
                self._failed = self._failed + 1 if outcome.failure else 0
                if self._failed >= self.patience:
                    raise AskingError(
                        f'{self._failed} clips in a row have no answer, the last one: '
                        f'{outcome.failure}. What was answered is kept; the same '
                        'command goes on.'
                    )

        with ThreadPoolExecutor(1) as pool:  # data sets are read by one thread
            async with self.model, asyncio.TaskGroup() as group:
                for _ in range(min(self.parallel, count)):
                    group.create_task(work(pool))

    async def _hold(self, dialogue: Dialogue) -> Outcome:
        """Asks all questions of a dialogue, one after another."""
        outcome, messages = Outcome(), list(dialogue.opening)
        for text in (None, *dialogue.further):
            if text is not None:
                said = outcome.answers[-1].text
                messages += [
                    dict(role='assistant', content=said),
                    dict(role='user', content=text),
                ]
            request = dict(dialogue.settings, messages=list(messages))
            try:
                answer, fresh = await self._answer(request)
            except UnansweredError as error:
                outcome.failure = error.reason
                break
            outcome.answers.append(answer)
            if fresh:
                used = answer.prompt_tokens, answer.completion_tokens
                outcome.fresh += 1
                outcome.tokens = tuple(map(sum, zip(outcome.tokens, used, strict=True)))
        return outcome

    async def _answer(self, request: dict) -> tuple[Answer, bool]:
        """An answer, and True if it had to be asked for."""
        question = hash_question(self.model.source, request)
        # The same question may already be open, if a clip is listed twice.
        async with self._open.setdefault(question, asyncio.Lock()):
            known = self.store.get(question)
            if known is not None:
                return known, False
            answer = await self.model.ask(request)
            self.store.put(question, answer)  # no await before this line
        return answer, True
